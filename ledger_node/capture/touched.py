"""Which model versions' evidence some events change: their own facts, and those beneath them.

Rounds and losses that are charged to a consent do not count: each use would touch all that ever used it, and since they
only grow, a later proof shows them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger_node.domain.codes import Supersession
from ledger_node.domain.position import Event
from ledger_node.ports import Index
from ledger_node.services.impact import Below, Impacts

OF_VERSIONS = frozenset(
    {
        "ModelVersionPublished",
        "ModelVersionReleased",
        "ModelVersionDeprecated",
        "ModelVersionWithdrawn",
        "RecallIssued",
    }
)
OF_RECALLS = frozenset({"RecallAcknowledged", "RecallLifted"})
#: A consent that another one supersedes is revoked for it.
OF_CONSENTS = frozenset({"ConsentSuspended", "ConsentReinstated", "ConsentRevoked"})
OF_DATASETS = frozenset({"DatasetVersionPublished"})  # when it withdraws the one before
EVENTS = OF_VERSIONS | OF_RECALLS | OF_CONSENTS | OF_DATASETS


def versions_touched(index: Index, impacts: Impacts, events: Iterable[Event], as_of: int) -> set[str]:
    """The ids of the model versions, and of those below them, as of a block that has the events."""
    versions, recalls, consents, datasets = set[str](), set[str](), set[str](), set[str]()
    for event in events:
        args: Mapping[str, Any] = event.args
        if event.name in OF_VERSIONS:
            versions.add(args["version"])
        elif event.name in OF_RECALLS:
            recalls.add(args["recall"])
        elif event.name in OF_CONSENTS:
            consents.add(args["consent"])
        elif event.name in OF_DATASETS and args["publication"]["supersession"] == Supersession.WITHDRAWAL:
            datasets.add(args["dataset"])
    for recall in recalls:
        if (found := index.find_recall(recall, as_of)) is not None:
            versions.add(found.version)
    below = Below(index, versions, as_of)
    touched = {path[-1] for version in versions for path in below.paths(version)}
    if consents:
        touched |= {one.version for one in impacts.of_consents(consents, as_of)}
    if datasets:
        touched |= {one.version for one in impacts.of_datasets(datasets, as_of)}
    return touched
