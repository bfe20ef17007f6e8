"""The newcomer's index before its node runs: it shows how the vote stands, and is what the node goes on from."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from ledger_node import __version__
from ledger_node.chain.rpc import RpcLedger
from ledger_node.config import NodeConfig
from ledger_node.domain.command import Deployment
from ledger_node.indexer.follower import Follower
from ledger_node.ports import Checkpoint, Index
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import Lease

Progress = Callable[[int, int], None]


class Following:
    """Writes the index as its node does, one process at a time. While another one writes it is only read."""

    def __init__(self, config: NodeConfig, ledger: RpcLedger, deployment: Deployment) -> None:
        self._database = Database(config.database)
        self._database.require_tables()
        self.index: Index = SqlIndex(self._database)
        self._lease = Lease(self._database, __version__)
        self._follower = Follower(ledger, self.index, deployment, config.log_range)

    def __enter__(self) -> Following:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lease.held:
            self._lease.release()
        self._database.close()

    @property
    def alone(self) -> bool:
        """Whether no node runs on this store."""
        return self._lease.held

    def catch_up(self, progress: Progress) -> Checkpoint | None:
        """Up to the chain's head. `progress` is told the block and the head after each step. None while a node runs on
        this store that has read no block yet."""
        while (self._lease.beat() if self._lease.held else self._lease.take()) and self._follower.step():
            self._tell(progress)
        self._tell(progress)
        return self.index.checkpoint()

    def _tell(self, progress: Progress) -> None:
        at, head = self.index.checkpoint(), self._follower.head
        if at is not None:
            progress(at.number, max(at.number, head or 0))
