"""Each fault that a check can find, planted: it finds exactly that one, and repairs it where it can be derived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from ledger_node.domain.command import CONTRACT_NAMES, Deployment, Listing
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.domain.submission import Receipt
from ledger_node.errors import BlobStoreUnreachable
from ledger_node.indexer.follower import Follower
from ledger_node.ports import Index
from ledger_node.proof.cid import cid_of
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.services.fsck import Code, Finding, Fsck
from ledger_node.services.fsck.documents import DocumentPart
from ledger_node.services.fsck.generations import NO_CODE, GenerationPart
from ledger_node.services.fsck.index import IndexPart
from ledger_node.services.fsck.submissions import SubmissionPart
from ledger_node.services.pinning import Pinning
from ledger_node.store.audit import SqlAudit
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.pins import SqlPins
from ledger_node.store.schema.consortium import generation
from ledger_node.store.schema.datasets import dataset
from ledger_node.store.schema.following import checkpoint, event
from ledger_node.store.schema.local import submission
from tests.blobs import MemoryBlobs
from tests.fakes import CONTRACTS, FakeClock, FakeLedger, address, digest
from tests.submissions import row

CARD, OTHER = b'{"title":"A"}', b'{"title":"B"}'
LAST = 20  # blocks
#: An event that the chain has not.
NOBODYS = {"transaction": digest(1), "contract": "datasets", "generation": 1, "operator": "", "name": "X", "args": {}}


class Chain:
    """What a check asks, over a chain in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.ledger = ledger
        self.id = 7
        self.codes = {CONTRACTS.address_of(name): digest(77) for name in CONTRACT_NAMES}
        self.mined: dict[str, Receipt] = {}
        self.count = 3

    def chain_id(self) -> int:
        return self.id

    def code_hash(self, address: str) -> str:
        return self.codes.get(address, NO_CODE)

    def block(self, number: int) -> BlockRef | None:
        return self.ledger.block(number)

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        return [self.mined.get(one) for one in transactions]

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]:
        return {"events": []}

    def transaction_count(self, address: str) -> int:
        return self.count


class World:
    """A node in order: two datasets with their cards, three writes of ours, all as the chain has them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = FakeLedger()
        for number, card in ((1, CARD), (2, OTHER)):
            self._register(number, card)
        while len(self.ledger.blocks) <= LAST:
            self.ledger.mine()
        codes = dict.fromkeys(CONTRACT_NAMES, digest(77))
        self.deployment = Deployment(7, self.ledger.blocks[0].hash, 0, CONTRACTS, codes)
        self.index = SqlIndex(database)
        self.follower = Follower(self.ledger, self.index, self.deployment)
        self.follower.catch_up()
        self.chain = Chain(self.ledger)
        for number in range(3):
            self.mine(number)
        self.blobs, self.clock = MemoryBlobs(), FakeClock()
        self.pins = SqlPins(database, self.clock)
        for card in (CARD, OTHER):
            self.pins.keep(cid_of(card), card)
        while Pinning(self.blobs, self.pins, self.clock).step():
            pass
        audit = SqlAudit(database, self.index)
        self.fsck = Fsck(
            self.index,
            (
                GenerationPart(self.chain, self.index, self.deployment),
                IndexPart(self.chain, self.index, audit, self._follow, self.follower.rebuild),
                SubmissionPart(self.chain, self.index, audit, self.deployment),
                DocumentPart(audit, self.blobs, self.pins),
            ),
        )

    def _register(self, number: int, card: bytes) -> None:
        self.ledger.mine()
        block = self.ledger.blocks[-1]
        args = {
            "dataset": digest(number),
            "custodian": 1,
            "number": number,
            "cardDigest": to_hex(sha256(card)),
            "operator": address(50),
        }
        at = Position(block.number, 0)
        self.ledger.logs.append(Event(at, block.hash, digest(90), "datasets", "DatasetRegistered", args, 1))

    def _follow(self, beside: Index, most: int) -> None:
        Follower(self.ledger, beside, self.deployment).catch_up(most)

    def mine(self, number: int) -> None:
        """Our write `number`, in block 5, and the outbox's row of it."""
        block = self.ledger.blocks[5]
        self.chain.mined[digest(number)] = Receipt(digest(number), 5, block.hash, 1, 21_000)
        told = {"block": 5, "block_hash": block.hash, "status": 1}
        self.sql(insert(submission).values(row(number, "final", number, **told)))

    def sql(self, statement: Any) -> None:
        with self.database.write() as connection:
            connection.execute(statement)

    def found(self, *, repair: bool = False) -> list[Finding]:
        return list(self.fsck.run(repair=repair).findings)

    def codes(self) -> set[Code]:
        return {finding.code for finding in self.found()}


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def require_repaired(world: World, code: Code, number: int = 1) -> None:
    """Exactly this is found; a repair says that it mended it; nothing is found then."""
    assert [(one.code, one.repairable, one.repaired) for one in world.found()] == [(code, True, False)] * number
    assert [(one.code, one.repaired) for one in world.found(repair=True)] == [(code, True)] * number
    assert world.found() == []


def require_left(world: World, code: Code) -> None:
    """Exactly this is found, and a repair does not touch it."""
    assert [(one.code, one.repairable) for one in world.found()] == [(code, False)]
    assert [(one.code, one.repaired) for one in world.found(repair=True)] == [(code, False)]


def test_node_in_order_is_clean(world: World) -> None:
    report = world.fsck.run()
    assert report.clean
    assert report.as_of == LAST
    assert report.checked == {"contracts": 6, "index": 4, "submissions": 3, "documents": 2}


def test_row_that_is_missing(world: World) -> None:
    world.sql(delete(dataset).where(dataset.c.id == digest(2)))
    (found,) = world.found()
    assert (found.subject, found.detail) == ("dataset", "1 rows here, 2 by the chain")
    require_repaired(world, Code.INDEX_ROWS)


def test_row_with_another_value(world: World) -> None:
    world.sql(update(dataset).where(dataset.c.id == digest(2)).values(custodian=4))
    (found,) = world.found()
    assert (found.subject, found.detail) == ("dataset", "other values")
    require_repaired(world, Code.INDEX_ROWS)


def test_row_that_no_event_made(world: World) -> None:
    world.sql(insert(event).values(**NOBODYS, block=9, log_index=0))
    require_repaired(world, Code.INDEX_ROWS)


def test_rows_beyond_the_checked_block_are_no_finding(world: World) -> None:
    world.sql(insert(event).values(**NOBODYS, block=LAST + 1, log_index=0))
    assert world.found() == []


def test_index_at_a_block_that_the_chain_has_not(world: World) -> None:
    world.sql(update(checkpoint).values(hash=digest(666)))
    require_repaired(world, Code.INDEX_BLOCK)


@pytest.mark.parametrize("values", [{"block": 6}, {"block_hash": digest(6)}, {"status": 0}, {"state": "failed"}])
def test_submission_whose_outcome_is_not_the_receipts(world: World, values: dict[str, Any]) -> None:
    world.sql(update(submission).where(submission.c.nonce == 1).values(**values))
    require_repaired(world, Code.OUTCOME_DIFFERS)


def test_submission_that_was_never_settled(world: World) -> None:
    nothing = {"block": None, "block_hash": None, "status": None}
    world.sql(update(submission).where(submission.c.nonce == 2).values(state="sent", **nothing))
    require_repaired(world, Code.NOT_SETTLED)


def test_submission_that_is_on_its_way_is_no_finding(world: World) -> None:
    world.sql(insert(submission).values(row(3, "sent", 3)))
    assert world.found() == []


def test_submission_that_the_chain_does_not_know(world: World) -> None:
    del world.chain.mined[digest(1)]
    require_left(world, Code.NOT_ON_CHAIN)


def test_nonce_between_ours_that_somebody_else_used(world: World) -> None:
    world.sql(delete(submission).where(submission.c.nonce == 1))
    require_left(world, Code.NONCE_FOREIGN)


def test_nonce_after_ours_that_somebody_else_used(world: World) -> None:
    world.chain.count = 4
    require_left(world, Code.NONCE_FOREIGN)


def test_nonce_that_nothing_has(world: World) -> None:
    world.sql(insert(submission).values(row(5, "sent", 4)))
    require_left(world, Code.NONCE_MISSING)


def test_chain_that_is_another(world: World) -> None:
    world.chain.id = 8
    require_left(world, Code.CHAIN_DIFFERS)


@pytest.mark.parametrize("role", CONTRACT_NAMES)
def test_contract_with_other_code_or_none(world: World, role: str) -> None:
    world.chain.codes[CONTRACTS.address_of(role)] = digest(78)
    require_left(world, Code.CODE_DIFFERS)
    del world.chain.codes[CONTRACTS.address_of(role)]
    require_left(world, Code.CODE_ABSENT)


def test_record_with_other_addresses_than_the_consortium_lists(world: World) -> None:
    places = {role: CONTRACTS.address_of(role) for role in ("datasets", "consents", "training", "models")}
    world.sql(insert(generation).values(**places, anchors=address(66), number=1, block=3, log_index=0))
    assert world.codes() == {Code.RECORD_DIFFERS, Code.INDEX_ROWS}


def test_document_that_is_missing_and_nowhere_to_be_had(world: World) -> None:
    del world.blobs.contents[cid_of(CARD)]
    assert [(one.code, one.subject) for one in world.found()] == [(Code.DOCUMENT_ABSENT, to_hex(sha256(CARD)))]
    assert [one.repaired for one in world.found(repair=True)] == [False]


def test_document_that_is_missing_and_in_the_swarm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    held = world.blobs.contents.pop(cid_of(CARD))
    monkeypatch.setattr(world.blobs, "get", lambda cid: world.blobs.contents.get(cid, held))
    require_repaired(world, Code.DOCUMENT_ABSENT)


def test_document_whose_bytes_were_changed_and_that_is_put_again(world: World) -> None:
    world.blobs.contents[cid_of(CARD)] = b"another"
    assert world.codes() == {Code.DOCUMENT_CORRUPT}
    assert [one.repaired for one in world.found(repair=True)] == [False]
    world.pins.keep(cid_of(CARD), CARD)
    assert world.found() == []  # it waits in the queue, whole
    assert Pinning(world.blobs, world.pins, world.clock).step() == 1
    assert world.found() == []


def test_document_of_another_organisation_is_none_of_ours(world: World) -> None:
    world.pins.release(cid_of(CARD), 2**40)
    del world.blobs.contents[cid_of(CARD)]
    assert world.found() == []


def test_store_that_is_away_is_said_once(world: World) -> None:
    world.blobs.failure = BlobStoreUnreachable("away")
    require_left(world, Code.STORE_AWAY)
