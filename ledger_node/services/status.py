"""How this node stands: what `/v1/node`, the readiness probe and the metrics say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger_node.domain.command import Identity
from ledger_node.domain.figures import Standing
from ledger_node.domain.organisation import Organisation
from ledger_node.errors import ChainUnreachable, MedLedgerError, NodeError
from ledger_node.ports import BlobStore, Clock, Gauges, Index, Ledger, Meter


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a node is not ready: blocks of index lag, and seconds that an accepted write may wait."""

    most_lag: int
    most_wait: int


class Status:
    """`writes` says whether this process is the one that writes."""

    def __init__(
        self,
        identity: Identity,
        index: Index,
        ledger: Ledger,
        blobs: BlobStore,
        gauges: Gauges,
        meter: Meter,
        clock: Clock,
        limits: Limits,
        writes: Callable[[], bool] = lambda: True,
    ) -> None:
        self.identity = identity
        self._index = index
        self._ledger = ledger
        self._blobs = blobs
        self._gauges = gauges
        self._meter = meter
        self._clock = clock
        self._limits = limits
        self._head: int | None = None
        self._seen: int | None = None  # where the index stood when the indexer last told
        self._failures: dict[str, str] = {}
        self._writes = writes

    def note_failure(self, worker: str, failure: str) -> None:
        """A worker's last step failed, and how; empty when it did not."""
        self._failures[worker] = failure

    def failure(self) -> str:
        """Which worker fails and how; empty while all work."""
        return "; ".join(f"{worker}: {failure}" for worker, failure in self._failures.items() if failure)

    def note_head(self, head: int | None) -> None:
        """The indexer tells after each step what it saw, so that reads need not ask the chain."""
        self._head = head
        at = self._index.checkpoint()
        if at is not None:
            if self._seen is not None and at.number < self._seen:
                self._meter.rewound(self._seen - at.number)
            self._seen = at.number

    def lag(self) -> int | None:
        """Blocks behind the chain's newest known head; None when the chain does not answer."""
        at = self._index.checkpoint()
        return None if self._head is None or at is None else max(0, self._head - at.number)

    def organisation(self) -> Organisation | None:
        at = self._index.checkpoint()
        return self._index.find_organisation(self.identity.organisation, at.number if at else 0)

    def name(self) -> str | None:
        """The organisation's; None while the store does not tell it."""
        at, ours = self._index.checkpoint(), self.identity.organisation
        return self._index.organisation_names({ours}, at.number if at else 0).get(ours)

    def blobs(self) -> str:
        return self._blobs.health()

    def now(self) -> Standing:
        """With the chain asked for its head."""
        try:
            self._head = self._ledger.head().number
        except ChainUnreachable:
            self._head = None
        return self.last()

    def last(self) -> Standing:
        """By what is known here, without a question to the chain."""
        figures, at, lag, now = self._gauges.read(), self._index.checkpoint(), self.lag(), self._clock.now()
        return Standing(
            writes=self._writes(),
            indexed=at.number if at else 0,
            head=self._head,
            lag=lag,
            lag_seconds=None if lag is None or at is None else max(0, now - at.timestamp) if lag else 0,
            oldest_open=None if figures.oldest_open is None else max(0, now - figures.oldest_open),
            oldest_pin=None if figures.oldest_pin is None else max(0, now - figures.oldest_pin),
            failures=dict(self._failures),
            figures=figures,
        )

    def measure(self) -> None:
        """Tells the meter which writes were settled since it was told last."""
        for outcome, seconds in self._gauges.settled():
            self._meter.settled(outcome, seconds)

    def troubles(self) -> list[MedLedgerError]:
        """All that keeps the node from serving as it should, each with what is needed; empty when it is ready."""
        found: list[MedLedgerError] = []
        if failure := self.failure():
            found.append(NodeError("a worker fails", got=failure, needed="look at the node's log"))
        try:
            self._gauges.require_writable()
            standing = self.now()
        except MedLedgerError as error:
            return [*found, error]
        if standing.lag is None:
            found.append(ChainUnreachable("the chain does not answer", needed="wait, or look at the chain"))
        elif standing.lag > self._limits.most_lag:
            needed = f"at most {self._limits.most_lag}"
            found.append(NodeError("the index is behind the chain", got=f"{standing.lag} blocks", needed=needed))
        if standing.figures.paused is not None:
            found.append(NodeError("writing is paused", got=standing.figures.paused, needed="an operator's decision"))
        elif standing.oldest_open is not None and standing.oldest_open > self._limits.most_wait:
            needed = f"at most {self._limits.most_wait} seconds, and a chain that takes blocks"
            found.append(NodeError("accepted writes stand", got=f"{standing.oldest_open} seconds", needed=needed))
        return found
