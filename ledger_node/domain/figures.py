"""Numbers about a node: what it watches itself by. Nothing here names a thing, a person or a path."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger_node.domain.submission import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Figures:
    """What the node's own store says. Times are Unix seconds.

    `submissions` counts by state. `oldest_open` is when the oldest write that is not on the chain was accepted.
    `nonce_gap` counts the nonces that are missing between those of open writes: 0 while all is well. `pins_waiting` are
    documents that are not in the blob store yet, `pins_failing` those of them that were tried in vain. `taken_back`
    counts the events that reorganisations took back. `epoch` is the writer's, 0 when there was none.
    `webhooks` counts by state. `checkpoint` is the greatest height that operators signed for, `split_views` counts the
    heights at which they did not sign for the same block, or for another than this node's chain has.
    `captures` are pieces of captured evidence, `captures_missing` the subjects whose
    evidence could not be captured.
    """

    submissions: dict[str, int] = field(default_factory=dict)
    oldest_open: int | None = None
    nonce_gap: int = 0
    pins_waiting: int = 0
    pins_failing: int = 0
    oldest_pin: int | None = None
    alarms: int = 0
    paused: str | None = None
    taken_back: int = 0
    epoch: int = 0
    webhooks: dict[str, int] = field(default_factory=dict)
    checkpoint: int | None = None
    split_views: int = 0
    captures: int = 0
    captures_missing: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands at one moment; ages in seconds, None where there is nothing of an age or it is not known.

    `writes` is false in a process that stands by. `head` is None when the chain does not answer, and so is `lag`, the
    blocks that the index is behind it; `lag_seconds` is the age of the newest indexed block while the index lags.
    `failures` says by worker how its last step failed, empty where it did not.
    """

    writes: bool
    indexed: int
    head: int | None
    lag: int | None
    lag_seconds: int | None
    oldest_open: int | None
    oldest_pin: int | None
    failures: dict[str, str]
    figures: Figures

    @property
    def open(self) -> int:
        """Writes that were accepted and are not on the chain."""
        return sum(self.figures.submissions.get(state.value, 0) for state in OPEN_STATES)
