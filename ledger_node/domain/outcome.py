"""What a successful transaction did, in our words, from its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger_node.domain.position import Event

#: Arguments that name what was made or changed.
SUBJECTS = (
    "dataset",
    "consent",
    "request",
    "model",
    "version",
    "recall",
    "run",
    "round",
    "stream",
    "proposal",
    "organisation",
    "key",
    "number",
)
#: What a batch does to each of what it was given, and what names that: one of these events for each, in its order.
ITEMS = {
    "DatasetVersionPublished": ("dataset", "number"),
    "StreamAnchored": ("stream", "size"),
    "RoundOpened": ("run", "round"),
    "ContributionRecorded": ("run", "round", "input"),
    "ContributionRefused": ("run", "round", "input"),
    "ConsentSuspended": ("consent",),
}
#: Events of the token standards, which say nothing that ours do not.
STANDARD = ("Transfer", "Locked")
#: An event of what a write did on the way, by the event of what it was about (None: whatever that is).
INCIDENTAL = {"ConsentUsed": None, "ConsentRevoked": "ConsentIssued"}


def outcome_of(events: Sequence[Event]) -> dict[str, Any]:
    """`{"events": ["DatasetVersionPublished"], "dataset": "0x…", "number": 1}`.

    For what one write can do to many also `"items": [{"dataset": "0x…", "number": 1}, …]`, when it was one as well.
    """
    ours = [event for event in events if event.name not in STANDARD]
    names = [event.name for event in ours]
    outcome: dict[str, Any] = {"events": names}
    for event in ours:
        if event.name in INCIDENTAL and INCIDENTAL[event.name] in (None, *names):
            continue
        for name in SUBJECTS:
            if name in event.args and name not in outcome:
                outcome[name] = event.args[name]
    items = [{name: event.args[name] for name in ITEMS[event.name]} for event in ours if event.name in ITEMS]
    if items:
        outcome["items"] = items
    return outcome
