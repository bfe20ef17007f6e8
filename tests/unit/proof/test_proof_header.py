"""Header hashes against blocks of real chains, and the strict set of fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rlp as oracle

from ledger_node.errors import ChainAnswerInvalid, InputError
from ledger_node.proof import header
from ledger_node.proof.hashing import keccak256, to_hex

from .story import tag
from .synthetic import block

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "headers.json").read_text())["headers"]
FIELDS = {"frontier": 15, "paris": 16, "shanghai": 17, "cancun": 20, "prague": 21}


def _named(vector: dict[str, Any]) -> str:
    return f"{vector['fork']}-{vector['block']['number']}"


@pytest.mark.parametrize("vector", VECTORS, ids=_named)
def test_from_rpc_gives_the_hash_of_a_real_block(vector: dict[str, Any]) -> None:
    found = header.from_rpc(vector["block"])
    assert to_hex(found.hash) == vector["block"]["hash"]
    assert len(found.fields) == FIELDS[vector["fork"]]
    assert found.number == int(vector["block"]["number"], 16)
    assert found.timestamp == int(vector["block"]["timestamp"], 16)
    assert to_hex(found.state_root) == vector["block"]["stateRoot"]
    assert to_hex(found.parent_hash) == vector["block"]["parentHash"]


@pytest.mark.parametrize("vector", VECTORS, ids=_named)
def test_read_takes_back_what_write_gives(vector: dict[str, Any]) -> None:
    found = header.from_rpc(vector["block"])
    assert header.read(header.write(found)) == found


@pytest.mark.parametrize("vector", VECTORS, ids=_named)
def test_read_changes_the_hash_with_every_field(vector: dict[str, Any]) -> None:
    found = header.from_rpc(vector["block"])
    for name, value in found.fields:
        digits = value[2:]
        changed = value[:-1] + ("1" if digits[-1:] != "1" else "2") if digits else "0x01"
        assert header.read(dict(found.fields) | {name: changed}).hash != found.hash


def test_read_refuses_other_fields() -> None:
    whole = dict(header.from_rpc(VECTORS[-1]["block"]).fields)
    last = len(whole)
    for name in whole:
        fewer = {key: value for key, value in whole.items() if key != name}
        if name == "requestsHash":
            assert len(header.read(fewer).fields) == last - 1
            continue
        with pytest.raises(InputError):
            header.read(fewer)
    for wrong in (whole | {"hash": "0x00"}, whole | {"Number": "0x1"}, {}, [], None, "0x"):
        with pytest.raises(InputError):
            header.read(wrong)


@pytest.mark.parametrize("number", ["0x", "0x00", "0x01", "0X1", "0xA", "1", 1, None, True, "0x1g", "0x" + "1" * 17])
def test_read_refuses_other_quantities(number: object) -> None:
    whole = dict(header.from_rpc(VECTORS[-1]["block"]).fields)
    with pytest.raises(InputError):
        header.read(whole | {"number": number})


def test_from_rpc_leaves_out_what_the_hash_does_not_cover() -> None:
    shown = block(7, tag("state"), tag("parent"), 99)
    assert "parentBeaconBlockRoot" in shown
    assert "parentBeaconBlockRoot" not in dict(header.from_rpc(shown).fields)


@pytest.mark.parametrize("change", [{"hash": "0x" + "00" * 32}, {"hash": None}, {"gasUsed": "0x1"}, {"extraData": 5}])
def test_from_rpc_refuses_a_block_that_lies(change: dict[str, object]) -> None:
    with pytest.raises(ChainAnswerInvalid):
        header.from_rpc(block(7, tag("state"), tag("parent"), 99) | change)


def test_from_rpc_keeps_a_qbft_block_without_its_seals() -> None:
    vanity, validators = bytes(32), [b"\x01" * 20, b"\x02" * 20]
    sealed = oracle.encode([vanity, validators, [], b"\x02", [b"\x07" * 65, b"\x08" * 65]])
    hashed = oracle.encode([vanity, validators, [], b"", []])
    shown = block(7, tag("state"), tag("parent"), 99)
    names = [name for name, _ in header.from_rpc(shown).fields]
    raw = [bytes.fromhex(shown[n][2:].rjust(len(shown[n][2:]) + len(shown[n]) % 2, "0")) for n in names]
    quantities = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}
    raw = [part.lstrip(b"\0") if name in quantities else part for name, part in zip(names, raw, strict=True)]
    raw[names.index("extraData")] = hashed
    wanted = keccak256(oracle.encode(raw))
    found = header.from_rpc(shown | {"extraData": to_hex(sealed), "hash": to_hex(wanted)})
    assert found.hash == wanted
    assert dict(found.fields)["extraData"] == to_hex(hashed)
