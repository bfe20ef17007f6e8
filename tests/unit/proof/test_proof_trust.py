"""Trust files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger_node.errors import TrustMalformed
from ledger_node.proof import trust as trust_files

from .synthetic import Chain


def test_read_takes_what_a_person_wrote(chain: Chain) -> None:
    written = json.dumps(chain.trust(), indent=4).encode()
    found = trust_files.read(written)
    assert found == trust_files.read(trust_files.dump(found))
    assert trust_files.to_json(found) == chain.trust()


def test_read_takes_anchors_too(chain: Chain) -> None:
    content = chain.trust()
    content["contracts"]["anchors"] = content["contracts"]["models"]
    assert "anchors" in trust_files.read(json.dumps(content).encode()).contracts


VALIDATORS: dict[str, Any] = {
    "engine": "qbft",
    "epoch": 30_000,
    "mode": "header",
    "at": {"number": 4711, "hash": "0x" + "ab" * 32},
    "members": ["0x" + "01" * 20, "0x" + "02" * 20],
}


@pytest.mark.parametrize("change", [{}, {"mode": "contract"}, {"engine": "clique"}, {"epoch": 1}], ids=str)
def test_read_takes_validators_too(chain: Chain, change: dict[str, Any]) -> None:
    content = chain.trust(validators=VALIDATORS | change)
    found = trust_files.read(json.dumps(content).encode())
    assert found.validators is not None
    assert (len(found.validators.members), found.validators.majority) == (2, 2)
    assert trust_files.to_json(found) == content


@pytest.mark.parametrize("only", ["checkpoint", "operators", "validators"])
def test_read_needs_one_way_to_tell_a_block(chain: Chain, only: str) -> None:
    ways: dict[str, Any] = {
        "checkpoint": chain.trust()["checkpoint"],
        "operators": {"quorum": 1, "organisations": [{"number": 1, "operators": ["0x" + "01" * 20]}]},
        "validators": VALIDATORS,
    }
    content = chain.trust()
    del content["checkpoint"]
    with pytest.raises(TrustMalformed, match="block"):
        trust_files.read(json.dumps(content).encode())
    content[only] = ways[only]
    assert trust_files.to_json(trust_files.read(json.dumps(content).encode())) == content


CHANGES: list[dict[str, Any]] = [
    {"format": "medledger-trust/1"},
    {"checkpoint": None},
    {"operators": {"quorum": 1, "organisations": []}},
    {"chainId": "700123"},
    {"chainId": True},
    {"chainId": -1},
    {"genesis": "0xAB"},
    {"checkpoint": {"number": 1}},
    {"checkpoint": {"number": "0x1", "hash": "0x" + "00" * 32}},
    {"contracts": {}},
    {"contracts": []},
    {"surplus": 1},
    {"validators": None},
    {"validators": {name: value for name, value in VALIDATORS.items() if name != "epoch"}},
    {"validators": VALIDATORS | {"votes": []}},
    {"validators": VALIDATORS | {"engine": "anvil"}},
    {"validators": VALIDATORS | {"engine": "QBFT"}},
    {"validators": VALIDATORS | {"engine": None}},
    {"validators": VALIDATORS | {"epoch": 0}},
    {"validators": VALIDATORS | {"mode": "block"}},
    {"validators": VALIDATORS | {"engine": "clique", "mode": "contract"}},
    {"validators": VALIDATORS | {"at": 4711}},
    {"validators": VALIDATORS | {"members": []}},
    {"validators": VALIDATORS | {"members": VALIDATORS["members"][::-1]}},
    {"validators": VALIDATORS | {"members": VALIDATORS["members"][:1] * 2}},
    {"validators": VALIDATORS | {"members": ["0x01"]}},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_read_refuses_another_shape(chain: Chain, change: dict[str, Any]) -> None:
    with pytest.raises(TrustMalformed):
        trust_files.read(json.dumps(chain.trust(**change)).encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"format":1,"format":1}', b" " * 70_000])
def test_read_refuses_what_is_no_trust_file(content: bytes) -> None:
    with pytest.raises(TrustMalformed):
        trust_files.read(content)


def test_read_refuses_a_contract_too_few(chain: Chain) -> None:
    for name in list(chain.trust()["contracts"]):
        content = chain.trust()
        del content["contracts"][name]
        with pytest.raises(TrustMalformed):
            trust_files.read(json.dumps(content).encode())
