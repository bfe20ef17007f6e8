"""When something changed in a lineage: the steps of a slider through time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ledger_node.domain.lineage import Provenance
from registry_api.explorer.languages import Texts
from registry_api.schemas.base import rfc3339


@dataclass(frozen=True, slots=True)
class Change:
    """`block` is None where the facts tell only a time."""

    time: str
    block: int | None
    what: str

    @property
    def as_of(self) -> str:
        """What names it in a query."""
        return self.time if self.block is None else str(self.block)

    def is_past(self, block: int, time: str) -> bool:
        """Whether it is known at a block with its time."""
        return self.time <= time if self.block is None else self.block <= block


def changes(found: Provenance, parts: set[str], since: int, t: Texts) -> list[Change]:
    """The changes of these parts from a block on, the earliest first; those of one block in one."""
    said: dict[tuple[int, int | None], Counter[str]] = defaultdict(Counter)
    for part, at, block, what in _told(found, t):
        if part in parts and (block is None or block >= since):
            said[at, block][what] += 1
    in_order = sorted(said, key=lambda key: (key[0], key[1] or 0))
    return [Change(rfc3339(at), block, _counted(said[at, block], t)) for at, block in in_order]


def _counted(said: Counter[str], t: Texts) -> str:
    return "; ".join(what if n == 1 else f"{what} ({t.number(n)})" for what, n in said.items())


def _told(found: Provenance, t: Texts) -> Iterator[tuple[str, int, int | None, str]]:
    """Part, Unix time, block and what happened."""
    for one in found.dataset_versions:
        yield f"{one.dataset}/{one.number}", one.published_at, one.at.block, t("lineage.data_published")
    for consent in found.consents:
        yield consent.id, consent.issued_at, consent.at.block, t("lineage.consent_issued")
        for entry in consent.log:
            what = t("lineage.consent_changed", act=t.code("Act", entry.act.name))
            yield consent.id, entry.acted_at, entry.at.block, what
    for run in found.runs:
        yield run.id, run.opened_at, run.at.block, t("lineage.run_opened")
    for version in found.model_versions:
        yield version.id, version.published_at, version.at.block, t("lineage.version_published")
        for step in version.steps:
            what = t("lineage.version_changed", state=t.code("Lifecycle", step.lifecycle.name))
            yield version.id, step.stepped_at, step.at.block, what
    for recall in found.recalls:
        yield recall.version, recall.issued_at, recall.at.block, t("lineage.version_recalled")
        if recall.lifted_at is not None:
            yield recall.version, recall.lifted_at, None, t("lineage.recall_lifted")
