"""What two headers of one height prove, and headers as people hand them over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rlp
from coincurve.utils import GROUP_ORDER_INT
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import HeaderMalformed, InputError
from ledger_node.proof import header, pages
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.header import BlockRef
from ledger_node.proof.report import Result
from ledger_node.proof.sealing import check, conflict, read_header, verify_seals
from ledger_node.proof.validators import Engine

from .sealers import FIRST, STRANGER, Made, clique, in_force, qbft, sealers, shown

FOUR = sealers(4)
A, B, C, D = FOUR
QBFT = in_force(Engine.QBFT, FOUR)
CLIQUE = in_force(Engine.CLIQUE, FOUR)
OTHER = {"stateRoot": keccak256(b"another state")}
ELSEWHERE = BlockRef(0, keccak256(b"another first block"))


def double(found: Any) -> tuple[bool, list[bytes]] | None:
    return None if found is None else (found.sealed, list(found.double_signers))


def of(*members: Any) -> list[bytes]:
    return sorted(one.address for one in members)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (qbft(FOUR), qbft(FOUR, by=[A, B, C]), None),  # one block with other seals
        (qbft(FOUR), qbft(FOUR, number=2), None),  # one block, decided in another round
        (qbft(FOUR), qbft(FOUR, BlockRef(1, FIRST.hash)), None),  # another height
        (qbft(FOUR, by=[A, B, C]), qbft(FOUR, by=[B, C, D], **OTHER), (True, of(B, C))),
        (qbft(FOUR), qbft(FOUR, ELSEWHERE), (True, of(*FOUR))),
        (qbft(FOUR), qbft(FOUR, number=1, **OTHER), (True, [])),  # honest ones may have sealed both
        (qbft(FOUR), qbft(FOUR, by=[D], **OTHER), (False, of(D))),  # too few to decide, enough to prove
        (qbft(FOUR), qbft(FOUR, by=[D], number=1, **OTHER), None),
        (qbft(FOUR, by=[*FOUR, STRANGER]), qbft(FOUR, by=[STRANGER], **OTHER), None),
    ],
)
def test_conflict_of_qbft(one: Made, other: Made, expected: tuple[bool, list[bytes]] | None) -> None:
    assert double(conflict(QBFT, one.header(), other.header())) == expected
    assert double(conflict(QBFT, other.header(), one.header())) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (clique(FOUR, by=A), clique(FOUR, by=A), None),
        (clique(FOUR, by=A), clique(FOUR, by=B, **OTHER), (True, [])),  # an ordinary fork
        (clique(FOUR, by=A), clique(FOUR, by=A, **OTHER), (True, of(A))),
        (clique(FOUR, by=A), clique(FOUR, ELSEWHERE, by=A), (True, [])),  # it may have changed branches
        (clique(FOUR, by=STRANGER), clique(FOUR, by=STRANGER, **OTHER), None),
    ],
)
def test_conflict_of_clique(one: Made, other: Made, expected: tuple[bool, list[bytes]] | None) -> None:
    assert double(conflict(CLIQUE, one.header(), other.header())) == expected
    assert double(conflict(CLIQUE, other.header(), one.header())) == expected


def test_a_seal_written_in_its_other_way_proves_nothing() -> None:
    """Anybody can make the twin of a signature: the block's hash is another, what was signed is not."""
    made = clique(FOUR, by=A)
    seal = made.raw["extraData"][-65:]
    s = GROUP_ORDER_INT - int.from_bytes(seal[32:64], "big")
    twin = clique(FOUR, by=A, seal=seal[:32] + s.to_bytes(32, "big") + bytes([1 - seal[64]]))
    assert twin.hash != made.hash
    assert check(CLIQUE, twin.header()).to_json()["signers"] == [to_hex(A.address)]
    assert conflict(CLIQUE, made.header(), twin.header()) is None


MADE = qbft(FOUR, number=1)


def test_read_header_takes_json_answers_and_rlp() -> None:
    block = MADE.rpc()
    written = json.dumps(block, indent=1).encode()
    answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": block}).encode()
    hexed = MADE.rlp().hex().encode()
    assert read_header(written) == read_header(b"\n " + answer + b"\n") == (MADE.header(), MADE.hash)
    for content in (hexed, b"0x" + hexed, b"0x" + hexed.upper() + b"\n"):
        assert read_header(content) == (MADE.header(), None)
    del block["hash"]
    assert read_header(json.dumps(block).encode()) == (MADE.header(), None)


def as_json(**changes: Any) -> bytes:
    return json.dumps(MADE.rpc() | changes).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"0x",
        b"0x0",
        b"zz",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"{",
        b'{"result": null}',
        b'{"a": 1, "a": 2}',
        as_json(number=1),
        as_json(number="0x01"),
        as_json(hash="0x12"),
        as_json(hash=7),
        as_json(miner=None),
        MADE.rlp().hex().encode()[:-2],
        MADE.rlp().hex().encode() + b"00",
        rlp.encode(list(MADE.raw.values())[:14]).hex().encode(),
        rlp.encode([*MADE.raw.values(), *[b"\x01" * 32] * 8]).hex().encode(),
        rlp.encode(list((MADE.raw | {"number": b"\x00\x01"}).values())).hex().encode(),
        rlp.encode(list((MADE.raw | {"number": b"\x01" * 9}).values())).hex().encode(),
        rlp.encode(list((MADE.raw | {"nonce": b""}).values())).hex().encode(),
        rlp.encode(list((MADE.raw | {"nonce": []}).values())).hex().encode(),
        b"0x" + b"00" * 70_000,
    ],
)
def test_read_header_refuses_all_else(content: bytes) -> None:
    with pytest.raises(HeaderMalformed):
        read_header(content)


NESTED = st.recursive(st.binary(max_size=70), lambda part: st.lists(part, max_size=6), max_leaves=20)
FIELD = st.binary(max_size=300) | NESTED | NESTED.map(rlp.encode)
CHANGED = st.dictionaries(st.just("extraData") | st.sampled_from(sorted(MADE.raw)), FIELD, max_size=3)


@given(CHANGED, st.just([]) | st.lists(FIELD, max_size=9), st.booleans())
def test_whatever_is_handed_over_is_refused_or_judged(changes: dict[str, Any], more: list[Any], as_rlp: bool) -> None:
    """Nothing but the documented error comes of a header of no sense; what can be read is judged by either engine."""
    if as_rlp:
        content = rlp.encode([*(MADE.raw | changes).values(), *more]).hex()
    else:
        others = {name: part if isinstance(part, list) else to_hex(part) for name, part in changes.items()}
        content = json.dumps(shown(MADE.raw) | others, default=bytes.hex)
    try:
        given_, claimed = read_header(content.encode())
    except HeaderMalformed:
        return
    for validators in (QBFT, CLIQUE):
        seen = check(validators, given_, claimed)
        walk = verify_seals(validators, [given_])
        assert (walk.breach is None) == (seen.result is Result.VERIFIED and given_.number == 1)
        assert json.dumps(seen.to_json())
        assert list(pages.of_block(seen))


VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "headers.json").read_text())["headers"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['fork']}-{one['block']['number']}")
def test_rlp_of_a_real_block_is_read_as_its_json(vector: dict[str, Any]) -> None:
    found = header.from_rpc(vector["block"])
    encoded = rlp.encode([found.part(name) for name, _ in found.fields])
    assert keccak256(encoded) == found.hash
    assert header.from_rlp(encoded) == found
    with pytest.raises(InputError):
        header.from_rlp(encoded + b"\x00")
