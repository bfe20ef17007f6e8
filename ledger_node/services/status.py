"""How this node stands: what `/v1/node` and the readiness probe say."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.command import Identity
from ledger_node.domain.organisation import Organisation
from ledger_node.errors import ChainUnreachable
from ledger_node.ports import BlobStore, Index, Ledger, Outbox


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """`head` is None when the chain does not answer; `lag` is how many blocks the index is behind it."""

    identity: Identity
    organisation: Organisation | None
    indexed: int
    head: int | None
    lag: int | None
    blobs: str
    open_submissions: int


class Status:
    def __init__(self, identity: Identity, index: Index, ledger: Ledger, outbox: Outbox, blobs: BlobStore) -> None:
        self._identity = identity
        self._index = index
        self._ledger = ledger
        self._outbox = outbox
        self._blobs = blobs
        self._head: int | None = None
        self._failures: dict[str, str] = {}

    def note_failure(self, worker: str, failure: str) -> None:
        """A worker's last step failed, and how; empty when it did not."""
        self._failures[worker] = failure

    def failure(self) -> str:
        """Which worker fails and how; empty while all work."""
        return "; ".join(f"{worker}: {failure}" for worker, failure in self._failures.items() if failure)

    def note_head(self, head: int | None) -> None:
        """The indexer tells what it saw last, so that reads need not ask the chain."""
        self._head = head

    def lag(self) -> int | None:
        """Blocks behind the chain's newest known head; None when the chain does not answer."""
        at = self._index.checkpoint()
        return None if self._head is None or at is None else max(0, self._head - at.number)

    def now(self) -> NodeStatus:
        at = self._index.checkpoint()
        indexed = at.number if at else 0
        try:
            self._head = self._ledger.head().number
        except ChainUnreachable:
            self._head = None
        return NodeStatus(
            identity=self._identity,
            organisation=self._index.find_organisation(self._identity.organisation, indexed),
            indexed=indexed,
            head=self._head,
            lag=self.lag(),
            blobs=self._blobs.health(),
            open_submissions=len(self._outbox.open()),
        )
