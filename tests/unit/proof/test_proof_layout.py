"""The layout's numbers against the compiler's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger_node.errors import InvalidField
from ledger_node.proof import layout
from ledger_node.proof.hashing import keccak256

ROOT = Path(__file__).parents[3]
BASES = {
    "Consortium": {"_organisations": layout.ORGANISATIONS},
    "DatasetRegistry": {"_datasets": layout.DATASETS_BASE, "_versionDigests": layout.DATASET_VERSIONS},
    "ConsentToken": {"_consents": layout.CONSENTS_BASE, "_log": layout.CONSENT_LOG},
    "TrainingLog": {"_runs": layout.RUNS, "_roundDigests": layout.ROUNDS},
    "ModelRegistry": {"_versionDigests": layout.MODEL_VERSIONS, "_models": layout.MODELS_BASE},
}
#: Words from the struct's first, by contract, struct and member.
MEMBERS = {
    ("Consortium", "Organisation", "admin"): layout.ORGANISATION_STANDING,
    ("Consortium", "Organisation", "recordDigest"): layout.ORGANISATION_RECORD,
    ("ConsentToken", "Consent", "grant"): layout.CONSENT_GRANT,
    ("ConsentToken", "Consent", "limits"): layout.CONSENT_LIMITS,
    ("ConsentToken", "Consent", "recordDigest"): layout.CONSENT_RECORD,
    ("TrainingLog", "Run", "progress"): layout.RUN_PROGRESS,
    ("TrainingLog", "Run", "recordDigest"): layout.RUN_RECORD,
    ("TrainingLog", "Run", "closingDigest"): layout.RUN_CLOSING,
    ("ModelRegistry", "Model", "publisher"): layout.MODEL_STANDING,
    ("ModelRegistry", "Model", "digest"): layout.MODEL_RECORD,
}
#: The packed members of a struct's word, in order, and their bits.
PACKED = {
    ("Consortium", "Organisation"): (("admin", "capabilities", "forProfit", "status"), layout.ORGANISATION_WORD),
    ("DatasetRegistry", "Dataset"): (("custodian", "latest", "lowestUsable"), layout.DATASET_WORD),
    ("ConsentToken", "Grant"): (
        ("grantor", "grantee", "notBefore", "expiresAt", "operations", "purposes", "logLength"),
        layout.GRANT_WORD,
    ),
    ("ConsentToken", "Limits"): (
        ("versionFrom", "versionTo", "maxRounds", "roundsUsed", "regulatorUntil", "revokedAt", "grantorSuspended"),
        layout.LIMITS_WORD,
    ),
    ("ConsentToken", "Entry"): (("act", "reason", "actor", "at", "until"), layout.LOG_WORD),
    ("TrainingLog", "Progress"): (
        (
            *("publisher", "operation", "purposes", "outcome", "openedAt"),
            *("inputs", "rounds", "roundOpen", "contributions", "contributed"),
        ),
        layout.RUN_WORD,
    ),
    ("ModelRegistry", "Model"): (("publisher", "latest"), layout.MODEL_WORD),
}


def _compiled(contract: str) -> dict[str, Any]:
    """forge's storage layout; `make test` compiles the contracts first."""
    path = ROOT / "build" / "forge" / "out" / f"{contract}.sol" / f"{contract}.json"
    if not path.exists():
        pytest.skip("the contracts are not compiled here")
    found: dict[str, Any] = json.loads(path.read_text())["storageLayout"]
    return found


def _struct(contract: str, name: str) -> list[dict[str, Any]]:
    types = _compiled(contract)["types"]
    (found,) = (entry["members"] for key, entry in types.items() if key.startswith(f"t_struct({name})"))
    return list(found)


@pytest.mark.parametrize("contract", BASES)
def test_base_slots_are_the_packaged_artifacts(contract: str) -> None:
    artifact = json.loads((ROOT / "ledger_node" / "chain" / "artifacts" / f"{contract}.json").read_text())
    assert {name: artifact["storage"][name] for name in BASES[contract]} == BASES[contract]


@pytest.mark.parametrize("contract", BASES)
def test_base_slots_are_the_compilers(contract: str) -> None:
    slots = {entry["label"]: int(entry["slot"]) for entry in _compiled(contract)["storage"]}
    assert {name: slots[name] for name in BASES[contract]} == BASES[contract]


@pytest.mark.parametrize(("contract", "struct", "member"), MEMBERS)
def test_members_lie_where_the_compiler_puts_them(contract: str, struct: str, member: str) -> None:
    (found,) = (entry for entry in _struct(contract, struct) if entry["label"] == member)
    assert (int(found["slot"]), found["offset"]) == (MEMBERS[contract, struct, member], 0)


@pytest.mark.parametrize(("contract", "struct"), PACKED)
def test_packed_words_are_the_compilers(contract: str, struct: str) -> None:
    names, bits = PACKED[contract, struct]
    first = [entry for entry in _struct(contract, struct) if entry["slot"] == "0"]
    assert tuple(entry["label"] for entry in first) == names
    types = _compiled(contract)["types"]
    assert tuple(8 * int(types[entry["type"]]["numberOfBytes"]) for entry in first) == bits
    starts = [sum(bits[:place]) // 8 for place in range(len(bits))]
    assert [entry["offset"] for entry in first] == starts


def test_slot_of_mapping_is_soliditys() -> None:
    key, base = (7).to_bytes(32, "big"), (3).to_bytes(32, "big")
    assert layout.slot_of_mapping(7, 3) == keccak256(key + base)
    assert layout.slot_of_mapping(b"\x01" * 32, b"\x02" * 32) == keccak256(b"\x01" * 32 + b"\x02" * 32)


def test_slot_after_wraps() -> None:
    assert layout.slot_after(b"\xff" * 32, 2) == (1).to_bytes(32, "big")


def test_pack_puts_the_first_lowest() -> None:
    assert layout.pack((8, 16), (0xAB, 0x1234)) == bytes(29) + b"\x12\x34\xab"
    for values in ((256, 0), (0, -1)):
        with pytest.raises(InvalidField):
            layout.pack((8, 16), values)
