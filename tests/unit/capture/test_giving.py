"""Whose bundle is given: the engine's, else the captured one, else the newest block's; or what others there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ledger_node.errors import ChainUnreachable, EvidenceUnavailable, NotFound
from ledger_node.ports import Checkpoint, Vouched
from ledger_node.proof.checkpoint import codec
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.subject import MODEL_VERSION, Subject
from ledger_node.services.evidence import Evidence
from tests.captures import header
from tests.fakes import FakeLedger, digest
from tests.unit.proof.signing import ONE, THREE, TWO, signed_by

NEWEST = 9
VERSION = Subject(MODEL_VERSION, bytes(31) + b"\1")


class Desk(Evidence):
    """Whose engine serves the blocks of `served`, or none that answers; what it makes says of which block and time."""

    def __init__(self, captured: dict[int, bytes]) -> None:
        index: Any = SimpleNamespace(checkpoint=lambda: Checkpoint(NEWEST, digest(NEWEST), 1_000 + NEWEST))
        lineages: Any = SimpleNamespace(
            behind=lambda _, block: SimpleNamespace(as_of=SimpleNamespace(timestamp=1_000 + block))
        )
        nothing: Any = SimpleNamespace(find=lambda number: None)
        kept: Any = SimpleNamespace(
            find=lambda _, block: captured.get(block), near=lambda _, block: [one for one in captured if one != block]
        )
        ledger: Any = FakeLedger()
        super().__init__(nothing, index, ledger, nothing, nothing, lineages, nothing, kept)
        self.served: set[int] = set()
        self.away = False

    def bundles(
        self, subjects: Iterable[Subject], block: int, at: int | None = None, validators_at: int | None = None
    ) -> dict[Subject, bytes | Exception]:
        if self.away:
            raise ChainUnreachable("away")
        if block not in self.served:
            raise EvidenceUnavailable("forgotten", got=f"block {block}", needed="a newer block")
        return {one: f"{to_hex(one.id)[-2:]} as of {block} at {at}".encode() for one in subjects}


def captured(block: int) -> bytes:
    as_of = {"hash": digest(block), "number": block}
    return json.dumps({"asOf": as_of, "checkpoints": [], "sealed": []}, separators=(",", ":")).encode()


@pytest.fixture
def desk() -> Desk:
    return Desk({block: captured(block) for block in (3, 7)})


def test_engine_is_asked_first(desk: Desk) -> None:
    desk.served = {3, NEWEST}
    assert desk.bundle(VERSION, 3) == b"01 as of 3 at None"
    assert desk.bundle(VERSION) == b"01 as of 9 at None"


@pytest.mark.parametrize("away", [False, True])
def test_captured_one_of_that_block_is_given_when_the_engine_does_not_serve_it(desk: Desk, away: bool) -> None:
    desk.served, desk.away = {NEWEST}, away
    assert desk.bundle(VERSION, 3) == captured(3)


def test_newest_block_answers_for_a_time_of_which_nothing_was_captured(desk: Desk) -> None:
    desk.served = {NEWEST}
    assert desk.bundle(VERSION, 5) == b"01 as of 9 at 1005"


@pytest.mark.parametrize("block", [5, NEWEST])
def test_when_the_engine_proves_nothing_the_error_names_captured_blocks(desk: Desk, block: int) -> None:
    with pytest.raises(EvidenceUnavailable) as refused:
        desk.bundle(VERSION, block)
    assert refused.value.facts["captured"] == [3, 7]
    assert refused.value.needed.endswith("3 or 7")


def test_chain_that_is_away_is_told_as_such(desk: Desk) -> None:
    desk.away = True
    with pytest.raises(ChainUnreachable):
        desk.bundle(VERSION, 5)


def test_what_is_wrong_with_one_bundle_alone_is_raised(desk: Desk) -> None:
    desk.bundles = lambda subjects, *_: dict.fromkeys(subjects, NotFound("no model version"))  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        desk.bundle(VERSION, 3)


def test_captured_one_gets_the_headers_and_signatures_of_now(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_sealed", lambda after, number: [header(4)])
    found = json.loads(desk.bundle(VERSION, 3, validators_at=2))
    assert [one["number"] for one in found["sealed"]] == ["0x4"]
    assert (found["asOf"]["number"], found["checkpoints"]) == (3, [])


def test_bundle_has_what_operators_signed_of_its_own_block(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One false signature for another block at its height keeps nobody's from it."""
    here = replace(signed_by(ONE, TWO, number=3), hash=bytes.fromhex(digest(3)[2:]))
    there = signed_by(THREE, number=3, name="elsewhere")
    kept = Vouched(3, split_view=True, kept_at=0, checkpoints=(there, here))
    monkeypatch.setattr(desk._checkpoints, "find", lambda number: kept if number == 3 else None)
    assert json.loads(desk.bundle(VERSION, 3))["checkpoints"] == [codec.write(here)]
    assert json.loads(desk.bundle(VERSION, 7))["checkpoints"] == []


def test_one_that_cannot_be_made_keeps_no_other_from_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it fails before its proofs are asked for or after."""
    early, late, whole = (Subject(MODEL_VERSION, bytes([one]) * 32) for one in range(3))
    asked: list[Any] = []

    def making(subject: Subject, block: int, *_: object) -> Any:
        if subject == early:
            raise KeyError(block)
        header, proofs, _ = yield {"0x01": [digest(subject.id[0])]}
        if subject == late:
            raise NotFound("nothing")
        return f"{header['number']} {len(proofs)}".encode()

    def proofs(questions: Any, number: int) -> Any:
        asked.append(questions)
        return [{"accountProof": [], "storageProof": [{"proof": []} for _ in slots]} for _, slots in questions]

    ledger: Any = desk._ledger
    ledger.header, ledger.proofs = (lambda number: {"number": number, "hash": digest(number)}), proofs
    monkeypatch.setattr(desk, "_making", making)
    made = Evidence.bundles(desk, (early, late, whole), 5)
    assert made[whole] == b"5 1"
    assert (type(made[early]), type(made[late])) == (KeyError, NotFound)
    assert asked == [[("0x01", [digest(1), digest(2)])]]
