"""What a successful transaction did, in our words, from its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger_node.domain.position import Event

#: Arguments that name what was made or changed.
SUBJECTS = ("dataset", "consent", "model", "version", "run", "round", "stream", "proposal", "organisation", "number")
#: Events of the token standards, which say nothing that ours do not.
STANDARD = ("Transfer", "Locked")


def outcome_of(events: Sequence[Event]) -> dict[str, Any]:
    """`{"events": ["DatasetVersionPublished"], "dataset": "0x…", "number": 1}`."""
    ours = [event for event in events if event.name not in STANDARD]
    outcome: dict[str, Any] = {"events": [event.name for event in ours]}
    for event in ours:
        for name in SUBJECTS:
            if name in event.args and name not in outcome:
                outcome[name] = event.args[name]
    return outcome
