"""What final facts touch is captured once for all of them, whatever fails or ends in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ledger_node.capture import capturing
from ledger_node.capture.capturing import Capturing
from ledger_node.capture.giving import Giving
from ledger_node.domain.position import BlockRef
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable, EvidenceUnavailable, NotFound
from ledger_node.ports import Checkpoint
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.subject import CONSENT as CONSENT_KIND
from ledger_node.proof.subject import MODEL_VERSION, Subject
from ledger_node.services.documents import Documents
from ledger_node.services.impact import Impacts
from ledger_node.services.reading import Times
from ledger_node.store.captures import SqlCaptures
from tests import captures as made
from tests.blobs import MemoryBlobs
from tests.fakes import FakeClock, digest
from tests.pins import MemoryPins
from tests.unit.store.chronicle import NONE, SCOPE, Chronicle

ONE, OTHER, CHILD, DERIVED = (digest(n) for n in (91, 92, 93, 94))
DATASET, RUN = digest(1), digest(31)
CONSENT = digest(41)


class Ledger:
    """Blocks as the captures have them; `away` is what every question meets."""

    def __init__(self, chronicle: Chronicle) -> None:
        self.chronicle = chronicle
        self.away: Exception | None = None
        self.fork = 0
        self.lags = False

    def head(self) -> BlockRef:
        if self.away:
            raise self.away
        return BlockRef(self.chronicle.now, "", 0)

    def header(self, number: int) -> dict[str, Any]:
        if self.lags:
            raise EvidenceUnavailable("no such block")
        return made.header(number, self.fork)

    def block(self, number: int) -> BlockRef:
        if self.away:
            raise self.away
        return BlockRef(number, made.header(number, self.fork)["hash"], 0)


class ByDepth:
    """`depth` blocks on top make one final."""

    depth = 1

    def height(self, head: BlockRef) -> int:
        return head.number - self.depth


class Evidence:
    """Makes small bundles; `failures` are met by subject, `asked` is what was asked for."""

    def __init__(self) -> None:
        self.failures: dict[str, Exception] = {}
        self.refused: set[str] = set()  # with these among the subjects the engine answers for none
        self.asked: list[tuple[list[str], int]] = []
        self.fork = 0

    def bundles(self, subjects: Iterable[Subject], block: int) -> dict[Subject, bytes | Exception]:
        asked = {one: to_hex(one.id) for one in subjects}
        self.asked.append((list(asked.values()), block))
        if self.refused & set(asked.values()):
            raise EvidenceUnavailable("refused")
        return {one: self.failures.get(key) or made.bundle(key, block, [1, 2], self.fork) for one, key in asked.items()}


class World:
    def __init__(self, chronicle: Chronicle) -> None:
        self.chronicle = chronicle
        self.clock = FakeClock()
        self.captures = SqlCaptures(chronicle.database, self.clock)
        self.ledger, self.finality, self.evidence = Ledger(chronicle), ByDepth(), Evidence()
        self.restart()

    def restart(self) -> None:
        index: Any = self.chronicle.index
        impacts = Impacts(index, Times(index, self.ledger))  # type: ignore[arg-type]
        self.capturing = Capturing(
            self.captures,
            self.evidence,  # type: ignore[arg-type]
            index,
            impacts,
            self.ledger,  # type: ignore[arg-type]
            self.finality,  # type: ignore[arg-type]
            self.clock,
            between=1,
        )

    def settle(self) -> None:
        """Steps until nothing moves."""
        while self.capturing.step():
            pass

    def block(self) -> int:
        """One that touches nobody."""
        return self.chronicle.write(
            "DatasetRegistered", dataset=digest(500 + self.chronicle.now), custodian=1, number=1, cardDigest=digest(2)
        )

    def captured(self, *subjects: str) -> list[list[int]]:
        found = self.captures.blocks(subjects)
        return [found.get(one, []) for one in subjects]


@pytest.fixture
def world(chronicle: Chronicle) -> World:
    return World(chronicle)


def history(chronicle: Chronicle) -> None:
    """ONE was trained on a dataset under a consent, CHILD was made from it; OTHER has nothing to do with them. DERIVED
    was trained on what was derived from the dataset."""
    chronicle.dataset_version(DATASET, 1)
    chronicle.dataset_version(digest(5), 1)
    parents = [{"dataset": DATASET, "version": 1, "consent": CONSENT}]
    chronicle.write("DatasetVersionDerived", dataset=digest(5), number=1, scope=SCOPE, parents=parents)
    for consent, dataset in ((CONSENT, DATASET), (digest(42), digest(5))):
        chronicle.consent(consent, dataset=dataset)
    for run, dataset, consent in ((RUN, DATASET, CONSENT), (digest(32), digest(5), digest(42))):
        opening = {"model": digest(80), "scope": SCOPE, "cardDigest": NONE, "codeDigest": NONE, "containerDigest": NONE}
        inputs = [{"dataset": dataset, "version": 1, "consent": consent, "operation": 1}]
        chronicle.write("RunOpened", run=run, publisher=2, openedAt=1_001, opening=opening, inputs=inputs)
    chronicle.model_version(ONE, 1, [], RUN)
    chronicle.model_version(OTHER, 2, [])
    chronicle.model_version(CHILD, 3, [ONE])
    chronicle.model_version(DERIVED, 4, [], digest(32))


ALL = (ONE, OTHER, CHILD, DERIVED)
FACTS: dict[str, tuple[Callable[[Chronicle], object], set[str]]] = {
    "released": (lambda c: c.write("ModelVersionReleased", version=ONE, forSale=False, at=1), {ONE, CHILD}),
    "deprecated": (lambda c: c.write("ModelVersionDeprecated", version=CHILD, at=1), {CHILD}),
    "withdrawn": (lambda c: c.write("ModelVersionWithdrawn", version=OTHER, at=1), {OTHER}),
    "recalled": (lambda c: recall(c, ONE), {ONE, CHILD}),
    "acknowledged": (lambda c: c.write("RecallAcknowledged", recall=recall(c, OTHER), organisation=1, at=1), {OTHER}),
    "lifted": (lambda c: c.write("RecallLifted", recall=recall(c, CHILD), actor=0, at=1), {CHILD}),
    "suspended": (
        lambda c: c.write("ConsentSuspended", consent=CONSENT, actor=1, act=0, reason=2, at=1, until=0),
        {ONE, CHILD, DERIVED},
    ),
    "reinstated": (
        lambda c: c.write("ConsentReinstated", consent=CONSENT, actor=1, reason=2, at=1),
        {ONE, CHILD, DERIVED},
    ),
    "revoked": (lambda c: c.write("ConsentRevoked", consent=digest(42), actor=1, reason=2, at=1), {DERIVED}),
    "superseded": (lambda c: supersede(c), {ONE, CHILD, DERIVED}),
    "data withdrawn": (lambda c: withdraw(c, DATASET), {ONE, CHILD, DERIVED}),
    "data extended": (lambda c: c.dataset_version(DATASET, 2), set()),
    "another consent": (lambda c: c.consent(digest(77)), set()),
}


def recall(chronicle: Chronicle, version: str) -> str:
    said = {"severity": 2, "replacement": NONE, "issuer": 3, "noticeDigest": digest(95), "at": 1_002}
    chronicle.write("RecallIssued", recall=digest(99), version=version, **said)
    return digest(99)


def supersede(chronicle: Chronicle) -> None:
    chronicle.write("ConsentRevoked", consent=CONSENT, actor=1, reason=5, at=1)
    chronicle.consent(digest(43), supersedes=CONSENT)


def withdraw(chronicle: Chronicle, dataset: str) -> None:
    publication = dict.fromkeys(("root", "cardDigest", "attestationDigest"), digest(11))
    numbers = {"options": 3, "sizeClass": 4, "claim": 0, "supersession": 3, "optOutCheckedAt": 0}
    chronicle.write(
        "DatasetVersionPublished", dataset=dataset, number=2, publishedAt=1_000, publication={**publication, **numbers}
    )


@pytest.mark.parametrize("fact", FACTS)
def test_versions_whose_evidence_a_fact_changes_are_captured_anew(world: World, fact: str) -> None:
    history(world.chronicle)
    world.block()
    world.settle()
    before = world.captured(*ALL)
    assert [len(blocks) for blocks in before] == [1] * 4
    act, touched = FACTS[fact]
    act(world.chronicle)
    world.block()
    world.settle()
    anew = {one for one, was, now in zip(ALL, before, world.captured(*ALL), strict=True) if was != now}
    assert anew == touched


def test_a_fact_is_captured_when_it_is_final_and_not_before(world: World) -> None:
    world.settle()  # a chain without facts
    world.finality.depth = 3
    at = world.chronicle.model_version(ONE, 1, [])
    for _ in range(2):
        world.block()
        world.settle()
    assert world.captured(ONE) == [[]]
    world.block()
    world.settle()
    assert world.captured(ONE) == [[at]]


def test_many_facts_make_one_capture(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    for place in range(30):
        world.chronicle.write_all([("ModelVersionReleased", {"version": ONE, "forSale": False, "at": place})] * 3)
    final = world.chronicle.now - 1
    world.settle()
    assert world.captured(ONE) == [[final]]
    assert world.evidence.asked == [([ONE], final)]


def test_many_subjects_are_captured_some_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capturing, "EVENTS_AT_ONCE", 3)
    monkeypatch.setattr(capturing, "SUBJECTS_AT_ONCE", 4)
    world.settle()
    ids = [digest(600 + n) for n in range(10)]
    for number, one in enumerate(ids):
        world.chronicle.model_version(one, number + 1, [])
    world.block()
    steps = []
    while world.capturing.step():
        steps.append(len(world.captures.blocks(ids)))
    assert steps[-1] == 10
    assert max(len(subjects) for subjects, _ in world.evidence.asked) <= 4
    world.restart()
    assert world.capturing.step() == 0


def test_events_of_one_block_are_noted_also_when_a_look_ends_among_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capturing, "EVENTS_AT_ONCE", 2)
    world.settle()
    ids = [digest(600 + n) for n in range(5)]
    publication = {"model": digest(80), "run": NONE, "artifactDigest": digest(81), "cardDigest": digest(82)}
    said = {"publisher": 2, "number": 1, "publishedAt": 1_000, "publication": publication, "parents": []}
    world.chronicle.write_all([("ModelVersionPublished", {"version": one, **said}) for one in ids])
    world.block()
    world.settle()
    assert world.captured(*ids) == [[1]] * 5


@pytest.mark.parametrize("method", ["note", "keep", "put_off"])
def test_crash_between_two_steps_skips_nothing(world: World, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Before the commit of whatever is written next: the step is gone, and begins again from the store."""
    world.settle()
    world.evidence.failures[OTHER] = NotFound("not there")
    for number, one in enumerate((ONE, OTHER), start=1):
        world.chronicle.model_version(one, number, [])
    world.block()

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(world.captures, method, killed)
        with pytest.raises(SystemExit):
            world.settle()
    world.restart()
    world.settle()
    assert world.captured(ONE) == [[2]]
    assert [one.subject for one in world.captures.missing(9)] == [OTHER]


def test_what_cannot_be_captured_is_missing_with_its_reason_and_holds_up_no_other(world: World) -> None:
    world.settle()
    world.evidence.failures = {ONE: NotFound("not there"), OTHER: KeyError("a bug of ours")}
    for number, one in enumerate((ONE, OTHER, CHILD), start=1):
        world.chronicle.model_version(one, number, [])
    world.block()
    world.settle()
    assert world.captured(ONE, OTHER, CHILD) == [[], [], [3]]
    assert {one.subject: one.reason for one in world.capturing.missing(9)} == {ONE: "ML-0301", OTHER: "KeyError"}
    world.evidence.failures = {OTHER: EvidenceUnavailable("no proof")}
    world.clock.time += 1
    world.settle()
    assert world.captured(ONE, OTHER) == [[3], []]
    (missing,) = world.capturing.missing(9)
    assert (missing.reason, missing.attempts, missing.next_at) == ("ML-0803", 2, world.clock.time + 2)


def test_engine_that_answers_for_all_but_one(world: World) -> None:
    world.settle()
    world.evidence.refused = {OTHER}
    for number, one in enumerate((ONE, OTHER, CHILD), start=1):
        world.chronicle.model_version(one, number, [])
    world.block()
    world.settle()
    assert world.captured(ONE, OTHER, CHILD) == [[3], [], [3]]
    assert [one.subject for one in world.capturing.missing(9)] == [OTHER]


def test_chain_that_is_away_makes_nothing_missing(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.ledger.away = ChainUnreachable("away")
    with pytest.raises(ChainUnreachable):
        world.capturing.step()
    assert world.capturing.missing(9) == []
    world.ledger.away = None
    world.settle()
    assert world.captured(ONE) == [[1]]


def test_chain_that_turns_while_it_is_read_is_read_again(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.ledger.fork = 1
    with pytest.raises(ChainAnswerInvalid):
        world.settle()
    world.ledger.fork = 0
    world.settle()
    assert world.captured(ONE) == [[1]]


def test_engine_that_lags_behind_another_is_asked_again(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.ledger.lags = True
    with pytest.raises(ChainAnswerInvalid):  # which may pass: what may not would end the worker
        world.settle()
    assert world.capturing.missing(9) == []


def test_what_touches_nobody_is_not_written_down(world: World) -> None:
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.settle()
    mark = world.captures.mark()
    last = [world.block() for _ in range(5)][-2]
    world.settle()
    assert world.captures.mark() == mark
    assert world.capturing.kept().noted == last
    world.restart()
    world.chronicle.write("ModelVersionReleased", version=ONE, forSale=False, at=1)
    world.block()
    world.settle()
    assert world.captures.mark() != mark
    assert world.captured(ONE) == [[1, last + 2]]


def test_no_block_is_final(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.finality.depth = 9
    world.settle()
    world.captures.hasten()
    assert (world.capturing.fill(anew=True), world.capturing.missing(9)) == (0, [])


def test_first_newest_and_some_between_are_kept(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.settle()
    for _ in range(6):
        world.chronicle.write("ModelVersionReleased", version=ONE, forSale=True, at=1)
        world.block()
        world.settle()
    (blocks,) = world.captured(ONE)
    assert len(blocks) == 3
    assert (blocks[0], blocks[-1]) == (1, world.chronicle.now - 1)
    assert world.captures.broken() == (3, [])


def test_when_final_facts_were_taken_back_all_is_captured_anew(world: World) -> None:
    world.chronicle.model_version(ONE, 1, [])
    before = world.chronicle.index.checkpoint()
    world.chronicle.model_version(OTHER, 2, [])
    world.block()
    world.settle()
    after = world.chronicle.index.checkpoint()
    assert before is not None
    assert after is not None
    world.chronicle.index.rewind(after, Checkpoint(before.number, before.hash, before.timestamp))
    world.ledger.fork = 1
    for _ in range(3):
        world.chronicle.write_all([])
    world.evidence.fork = 1
    world.settle()
    assert world.captured(ONE) == [[2, 3]]
    giving = giving_of(world)
    assert giving.find(version(ONE), 3) == made.bundle(ONE, 3, [1, 2], fork=1)
    assert giving.find(version(ONE), 2) is None  # that of a block that stands no more


def test_fill_captures_what_never_was_and_tries_at_once_what_failed(world: World) -> None:
    history(world.chronicle)
    world.block()
    world.evidence.failures[OTHER] = NotFound("not there")
    world.settle()
    with world.chronicle.database.write() as connection:
        for table in ("capture", "captured_block", "proof_node"):
            connection.exec_driver_sql(f"DELETE FROM local_{table}")
    assert world.capturing.step() == 0  # nobody told it
    world.evidence.failures = {}
    assert world.capturing.fill(anew=True) == 4
    assert world.capturing.fill(anew=False) == world.capturing.fill(anew=True) == 0
    assert world.captured(*ALL) == [[world.chronicle.now - 1]] * 4
    kept = world.capturing.kept()
    assert (kept.captures, kept.subjects, kept.waiting, kept.missing) == (4, 4, 0, 0)


def version(key: str) -> Subject:
    return Subject(MODEL_VERSION, parse_hex(key, 32))


def giving_of(world: World) -> Giving:
    return Giving(world.captures, Documents(MemoryBlobs(), MemoryPins()), world.ledger)  # type: ignore[arg-type]


def test_captured_bundle_is_given_when_the_engine_has_forgotten(world: World) -> None:
    world.settle()
    world.chronicle.model_version(ONE, 1, [])
    world.block()
    world.settle()
    giving = giving_of(world)
    assert giving.find(version(ONE), 1) == made.bundle(ONE, 1, [1, 2])
    assert giving.find(version(ONE), 2) is giving.find(version(OTHER), 1) is None
    assert (giving.near(version(ONE), 5), giving.near(version(OTHER), 5)) == ([1], [])
    of_consent = Subject(CONSENT_KIND, version(ONE).id)
    assert (giving.find(of_consent, 1), giving.near(of_consent, 5)) == (None, [])
    world.ledger.away = ChainUnreachable("away")
    assert giving.find(version(ONE), 1) == made.bundle(ONE, 1, [1, 2])
    with world.chronicle.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM local_proof_node")
    assert giving.find(version(ONE), 1) is None
