"""Nodes that sign checkpoints: the memory ports of the API's tests, a real store, operators with real keys."""

from __future__ import annotations

from typing import Any

from ledger_node.domain.codes import KeyRole
from ledger_node.domain.command import Deployment, Identity
from ledger_node.domain.organisation import Key
from ledger_node.domain.position import BlockRef, Position
from ledger_node.errors import SignerUnavailable
from ledger_node.ports import Checkpoint
from ledger_node.proof import checkpoint
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.hashing import to_hex
from ledger_node.services.checkpoints import CheckpointDesk
from ledger_node.services.vouching import Vouching
from ledger_node.store.checkpoints import SqlCheckpoints
from ledger_node.store.database import Database
from tests.fakes import FakeClock
from tests.unit.api.fakes import CONTRACTS, Facts, Final, MemoryIndex, MemoryLedger, digest
from tests.unit.proof.signing import CHAIN_ID, GENESIS, ONE, THREE, TWO, Operator, block

HEAD, JOINED, EVERY, MOST = 100, 10, 10, 50
STRANGER = Operator(4, "nobody's operator")


def facts() -> Facts:
    """Three organisations with an operator each, the third of which came late."""
    since = {ONE: 1, TWO: 1, THREE: JOINED}
    return Facts(
        keys=[
            Key(one.signer.address, one.organisation, KeyRole.OPERATOR, "accepted", 0, 0, None, Position(at, 0))
            for one, at in since.items()
        ]
    )


class Chain(MemoryLedger):
    """From `turned` on its blocks are others."""

    turned: int | None = None

    def block(self, number: int) -> BlockRef | None:
        found = super().block(number)
        if found is None or self.turned is None or number < self.turned:
            return found
        return BlockRef(number, digest(f"other block {number}"), found.timestamp)


class Away:
    """A signer that is away as long as `away` says so."""

    def __init__(self, of: Operator) -> None:
        self.address = of.signer.address
        self.away = False
        self.asked = 0
        self._signer = of.signer

    def sign_statement(self, content: bytes) -> bytes:
        self.asked += 1
        if self.away:
            raise SignerUnavailable("away")
        return self._signer.sign_statement(content)


class Node:
    """One organisation's."""

    def __init__(self, database: Database, operator: Operator = ONE, *, signs: bool = True) -> None:
        self.ledger, self.clock, self.signer = Chain(HEAD), FakeClock(), Away(operator)
        self.index: Any = MemoryIndex(facts(), HEAD)
        self.kept = SqlCheckpoints(database, MOST)
        self.reason: str | None = None
        deployment = Deployment(CHAIN_ID, to_hex(GENESIS), 0, CONTRACTS)
        self.desk = CheckpointDesk(
            Identity(operator.organisation, operator.signer.address, deployment),
            self.index,
            self.ledger,  # type: ignore[arg-type]
            Final(),
            self.kept,
            self.signer,  # type: ignore[arg-type]
            self.clock,
            paused=lambda: self.reason,
            signs=signs,
        )
        self.vouching = Vouching(self.desk, self.index, EVERY)

    def signed(self, number: int, *operators: Operator, elsewhere: bool = False) -> SignedCheckpoint:
        """Of this chain's block, or of another's."""
        found = self.ledger.block(number)
        assert found is not None
        name = block("elsewhere") if elsewhere else bytes.fromhex(found.hash[2:])
        made = checkpoint.unsigned(CHAIN_ID, GENESIS, number, name)
        for operator in operators:
            made = checkpoint.signed(made, operator.word(made))
        return made

    def advance(self, head: int) -> None:
        """The chain grows, and the index follows."""
        self.ledger.number = head
        self._follow(head)

    def turn(self, first: int) -> None:
        """From a block on the chain becomes another, and the index follows."""
        self.ledger.turned = first
        self._follow(self.index.at.number)

    def _follow(self, number: int) -> None:
        found = self.ledger.block(number)
        assert found is not None
        self.index.at = Checkpoint(number, found.hash, found.timestamp)


def content(of: SignedCheckpoint) -> bytes:
    return checkpoint.dump(of)
