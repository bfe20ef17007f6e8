"""Signed checkpoints: one form, signatures that hold, copies put together, two of a height compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.chain.hsm import ORDER
from ledger_node.errors import CheckpointMalformed, InvalidField
from ledger_node.proof import checkpoint
from ledger_node.proof.checkpoint import Comparison, compare, merged, signers_of
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import dump_canonical

from .signing import CHAIN_ID, GENESIS, ONE, THREE, TWO, Operator, block, signed_by, unsigned

BOTH = signed_by(ONE, TWO)
CONTENT = checkpoint.dump(BOTH)


def test_what_is_written_is_read_again() -> None:
    assert checkpoint.read(CONTENT) == BOTH
    assert {one.organisation for one in signers_of(BOTH)} == {1, 2}


def test_the_statement_is_the_document_without_its_signatures() -> None:
    said = {
        "format": "medledger-checkpoint/1",
        "chainId": CHAIN_ID,
        "genesis": to_hex(GENESIS),
        "number": 4711,
        "hash": to_hex(block("here")),
    }
    assert checkpoint.statement(BOTH) == checkpoint.statement(unsigned()) == dump_canonical(said)
    assert {key: value for key, value in json.loads(CONTENT).items() if key != "signatures"} == said


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    document = json.loads(CONTENT)
    change(document)
    return dump_canonical(document)


def first(document: dict[str, Any]) -> dict[str, Any]:
    return dict(document["signatures"][0])


def with_first(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["signatures"][0].update(values)


def high_s(document: dict[str, Any]) -> None:
    text = first(document)["signature"]
    s, v = ORDER - int(text[66:130], 16), 55 - int(text[130:], 16)
    document["signatures"][0]["signature"] = f"{text[:66]}{s:064x}{v:02x}"


BREACHES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another format": lambda of: of.update(format="medledger-checkpoint/2"),
    "another chain": lambda of: of.update(chainId=CHAIN_ID + 1),
    "another genesis": lambda of: of.update(genesis=to_hex(block("elsewhere"))),
    "another number": lambda of: of.update(number=4712),
    "another block": lambda of: of.update(hash=to_hex(block("elsewhere"))),
    "a number as text": lambda of: of.update(number="4711"),
    "a truth value for a number": lambda of: of.update(number=True),
    "a negative number": lambda of: of.update(number=-1),
    "capitals": lambda of: of.update(hash=of["hash"].upper()),
    "a hash too short": lambda of: of.update(hash=of["hash"][:-2]),
    "a key too many": lambda of: of.update(time=1),
    "a key too few": lambda of: of.pop("genesis"),
    "nobody's signature": lambda of: of.update(signatures=[]),
    "signatures as an object": lambda of: of.update(signatures={}),
    "falling order": lambda of: of["signatures"].reverse(),
    "a signature twice": lambda of: of["signatures"].insert(0, first(of)),
    "two of one operator": lambda of: of["signatures"].insert(0, first(of) | {"organisation": 9}),
    "another's signature": lambda of: of["signatures"][0].update(signature=of["signatures"][1]["signature"]),
    "the higher s": high_s,
    "v of 0 or 1": with_first(signature="0x" + "11" * 64 + "01"),
    "a signature too short": with_first(signature="0x" + "11" * 64),
    "an operator's address too long": with_first(operator="0x" + "11" * 21),
    "a member of a signature too many": with_first(name="somebody"),
    "no organisation": lambda of: of["signatures"][0].pop("organisation"),
    "an organisation beyond the contract's": with_first(organisation=1 << 32),
}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_each_breach_alone_is_refused(breach: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(CheckpointMalformed):
        checkpoint.read(changed(breach))


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b" " + CONTENT, CONTENT + b"\n", b"1" * (checkpoint.MAX_CHECKPOINT + 1)],
    ids=["empty", "no keys", "a list", "no text", "a space", "a line's end", "too long"],
)
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(CheckpointMalformed):
        checkpoint.read(content)


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_no_changed_byte_is_read_as_signed_by_the_same(position: int, flip: int) -> None:
    """The organisation's number alone is not signed: who may sign for it, a reader knows beforehand."""
    other = bytearray(CONTENT)
    other[position] ^= flip
    try:
        found = checkpoint.read(bytes(other))
    except CheckpointMalformed:
        return
    assert checkpoint.statement(found) == checkpoint.statement(BOTH)
    assert [(one.operator, one.signature) for one in found.signatures] == [
        (one.operator, one.signature) for one in BOTH.signatures
    ]


def test_signature_that_does_not_hold_is_of_no_signer() -> None:
    wrong = replace(BOTH, hash=block("elsewhere"))
    assert signers_of(wrong) == ()


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_copies_are_countersigned_in_any_order(these: set[int], those: set[int]) -> None:
    def of(numbers: set[int]) -> checkpoint.SignedCheckpoint:
        return signed_by(*(Operator(number, f"operator of {number}") for number in numbers))

    together = merged(of(these), of(those))
    assert together == merged(of(those), of(these)) == of(these | those)
    assert len(signers_of(together)) == len(these | those)


def test_first_signature_of_an_operator_stays() -> None:
    other = replace(ONE.word(BOTH), organisation=9)
    assert checkpoint.signed(BOTH, other) == BOTH


@pytest.mark.parametrize(
    "other",
    [signed_by(TWO, number=4712), signed_by(TWO, name="elsewhere"), signed_by(TWO, genesis=block("elsewhere"))],
    ids=["number", "hash", "genesis"],
)
def test_other_statements_are_not_put_together(other: checkpoint.SignedCheckpoint) -> None:
    with pytest.raises(InvalidField):
        merged(BOTH, other)


def test_two_blocks_at_a_height_are_a_split_view() -> None:
    here = signed_by(ONE)
    assert compare(here, signed_by(TWO, name="elsewhere")) is Comparison.SPLIT_VIEW
    assert compare(here, signed_by(THREE)) is Comparison.SAME
    assert compare(here, signed_by(TWO, number=4712, name="elsewhere")) is Comparison.APART
    assert compare(here, signed_by(TWO, name="elsewhere", genesis=block("other"))) is Comparison.APART
    assert compare(here, replace(signed_by(TWO, name="elsewhere"), chain_id=1)) is Comparison.APART
