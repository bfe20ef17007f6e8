"""Closed heads on their way to the chain, through the hospital's node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ledger_node.domain.submission import DONE_STATES
from ledger_node.edge.streams.log import Head, StreamLog
from ledger_node.errors import StateConflict
from ledger_node.proof.hashing import to_hex

WAIT = 30  # seconds that one request waits for its block


class Anchors(Protocol):
    """What of the client is needed here: `client.streams.Streams` is one."""

    def anchor(
        self, stream: str, size: int, root: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> Mapping[str, object]: ...


class Anchoring:
    """Each head goes under an idempotency key that was on the disk before it: one that had been sent when the process
    was killed is not anchored twice."""

    def __init__(self, log: StreamLog, anchors: Anchors) -> None:
        self._log = log
        self._anchors = anchors

    def step(self) -> int:
        """Anchors what waits, oldest first; how many heads the chain has now.

        Raises the client's errors when the node does not answer, StateConflict when the contract refused a head: then
        somebody else anchored to this stream.
        """
        done = 0
        for head in self._log.waiting():
            if not self._stands(head):
                break
            self._log.anchored(head)
            done += 1
        return done

    def _stands(self, head: Head) -> bool:
        made = self._anchors.anchor(
            self._log.stream, head.size, to_hex(head.root), idempotency_key=head.request, wait=WAIT
        )
        outcome = made["outcome"] if isinstance(made["outcome"], dict) else {}
        if made["state"] == "failed" or "cancelled" in outcome:
            raise StateConflict(
                "the contract refused a head of this stream",
                got=str(outcome.get("error") or "a cancelled write"),
                needed="a stream to which this log alone anchors",
            )
        return made["state"] in DONE_STATES
