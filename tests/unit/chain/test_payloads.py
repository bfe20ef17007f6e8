"""What proposals carry, against the Solidity that reads it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.payloads import FIELDS, decode_payload, encode_payload
from ledger_node.domain.codes import ProposalKind
from ledger_node.errors import ChainAnswerInvalid, InvalidField

CONTRACTS = Path(__file__).parents[3] / "contracts"
ADMIN = "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"
ID = "0x" + "ab" * 32
EXAMPLES: dict[str, Any] = {
    "uint32": 7,
    "uint16": 6_000,
    "uint8": 3,
    "bool": True,
    "address": ADMIN,
    "string": "Klinikum Größe",
    "bytes32": ID,
}


def solidity(file: str) -> str:
    return (CONTRACTS / file).read_text()


def elementary(kind: str) -> str:
    """The ABI's type behind a user-defined value type or an enum."""
    value_types = dict(re.findall(r"^type (\w+) is (\w+);", solidity("types/Ids.sol"), re.MULTILINE))
    enums = re.findall(r"^enum (\w+)", solidity("types/DataUse.sol"), re.MULTILINE)
    return "uint8" if kind in enums else value_types.get(kind, kind)


def struct(name: str) -> dict[str, str]:
    """A struct's fields by name, as the source declares them; one field for a bare value."""
    body = re.search(rf"struct {name} {{(.*?)}}", solidity("interfaces/IConsortium.sol"), re.DOTALL)
    if body is None:
        return {name.removesuffix("Id").lower(): elementary(name)}
    return {field: elementary(kind) for kind, field in re.findall(r"^\s*(\w+) (\w+);", body[1], re.MULTILINE)}


def decoded() -> dict[ProposalKind, str]:
    """What `Consortium._checked` decodes each kind's payload as."""
    source = solidity("Consortium.sol")
    body = source[source.index("function _checked") :]
    named = re.findall(r"ProposalKind\.(\w+)\) \{\s*(\w+) memory \w+ = abi\.decode\(payload", body)
    rest = re.search(r"OrganisationId \w+ = abi\.decode\(payload, \((\w+)\)\)", body)
    assert rest is not None
    found = {ProposalKind[kind]: name for kind, name in named}
    return {kind: found.get(kind, rest[1]) for kind in ProposalKind}


def fields(kind: ProposalKind) -> dict[str, Any]:
    return {name: EXAMPLES[kind_of] for name, kind_of in FIELDS[kind].items()}


@pytest.mark.parametrize("kind", ProposalKind)
def test_fields_are_those_of_the_struct_that_the_contract_decodes(kind: ProposalKind) -> None:
    assert list(FIELDS[kind].items()) == list(struct(decoded()[kind]).items())


@pytest.mark.parametrize("kind", ProposalKind)
def test_payload_comes_back(kind: ProposalKind) -> None:
    assert decode_payload(kind, encode_payload(kind, fields(kind))) == fields(kind)


@pytest.mark.parametrize("kind", ProposalKind)
def test_missing_and_foreign_fields_are_named(kind: ProposalKind) -> None:
    given = fields(kind)
    with pytest.raises(InvalidField) as missing:
        encode_payload(kind, dict(list(given.items())[1:]))
    assert all(name in missing.value.needed for name in given)
    with pytest.raises(InvalidField):
        encode_payload(kind, {**given, "reminder": 1})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (ProposalKind.SUSPEND, "organisation", -1),
        (ProposalKind.SUSPEND, "organisation", "seven"),
        (ProposalKind.CHANGE_THRESHOLDS, "all", 1 << 16),
        (ProposalKind.ADMIT, "admin", "0x1234"),
        (ProposalKind.ADMIT, "forProfit", 1),
        (ProposalKind.LIFT_RECALL, "recall", "0xzz"),
        (ProposalKind.LIFT_RECALL, "recall", "0x" + "ab" * 33),
        (ProposalKind.LIFT_RECALL, "recall", "0xabcd"),
    ],
)
def test_value_of_the_wrong_type_is_refused(kind: ProposalKind, field: str, value: object) -> None:
    with pytest.raises(InvalidField):
        encode_payload(kind, {**fields(kind), field: value})


@pytest.mark.parametrize("payload", ["0x", "0x01", "0xzz", "0x" + "ff" * 32])
def test_payload_that_is_no_abi_cannot_be_read(payload: str) -> None:
    with pytest.raises(ChainAnswerInvalid):
        decode_payload(ProposalKind.ADMIT, payload)


def test_admission_is_the_constructors_struct() -> None:
    """The one struct that the compiler's ABI names too."""
    founders = next(entry for entry in artifact_of("consortium").abi if entry["type"] == "constructor")["inputs"][0]
    named = {part["name"]: part["type"] for part in founders["components"]}
    assert FIELDS[ProposalKind.ADMIT] == named
