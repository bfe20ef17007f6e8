"""The layout's numbers against the compiler's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ledger_node.errors import InvalidField
from ledger_node.proof import layout
from ledger_node.proof.hashing import keccak256

ROOT = Path(__file__).parents[3]
BASES = {
    "Consortium": {"_organisations": layout.ORGANISATIONS},
    "DatasetRegistry": {"_datasets": layout.DATASETS_BASE, "_versions": layout.DATASET_VERSIONS},
    "ConsentToken": {"_consents": layout.CONSENTS_BASE, "_log": layout.CONSENT_LOG},
    "TrainingLog": {"_runs": layout.RUNS, "_roundDigests": layout.ROUNDS, "_answerDigests": layout.ANSWERS},
    "ModelRegistry": {
        "_versions": layout.MODEL_VERSIONS,
        "_recalls": layout.RECALLS,
        "_acknowledged": layout.ACKNOWLEDGED,
        "_models": layout.MODELS_BASE,
    },
}
#: Words from the struct's first, by contract, struct and member.
MEMBERS = {
    ("Consortium", "Organisation", "standing"): 0,
    ("Consortium", "Organisation", "recordDigest"): layout.ORGANISATION_RECORD,
    ("DatasetRegistry", "Version", "recordDigest"): layout.DATASET_VERSION_RECORD,
    ("ConsentToken", "Consent", "grant"): 0,
    ("ConsentToken", "Consent", "limits"): layout.CONSENT_LIMITS,
    ("ConsentToken", "Consent", "recordDigest"): layout.CONSENT_RECORD,
    ("TrainingLog", "Run", "standing"): 0,
    ("TrainingLog", "Run", "recordDigest"): layout.RUN_RECORD,
    ("TrainingLog", "Run", "closingDigest"): layout.RUN_CLOSING,
    ("ModelRegistry", "Model", "digest"): layout.MODEL_RECORD,
    ("ModelRegistry", "Version", "recordDigest"): layout.MODEL_VERSION_RECORD,
    ("ModelRegistry", "Recall", "version"): layout.RECALL_VERSION,
    ("ModelRegistry", "Recall", "recordDigest"): layout.RECALL_RECORD,
}
#: The packed members of a struct's first word, in order, and their bits.
PACKED = {
    ("Consortium", "Standing"): (
        ("admin", "capabilities", "forProfit", "voted", "emergencyUntil"),
        layout.ORGANISATION_WORD,
    ),
    ("DatasetRegistry", "Dataset"): (("custodian", "number", "latest", "lowestUsable"), layout.DATASET_WORD),
    ("DatasetRegistry", "Version"): (
        ("epsilonSpent", "publishedAt", "options", "sizeClass", "claim", "supersession", "optOutCheckedAt"),
        layout.DATASET_VERSION_WORD,
    ),
    ("ConsentToken", "Grant"): (
        (
            *("grantor", "grantee", "dataset", "notBefore", "expiresAt"),
            *("operations", "purposes", "condition", "logLength"),
        ),
        layout.GRANT_WORD,
    ),
    ("ConsentToken", "Limits"): (
        (
            *("versionFrom", "versionTo", "maxRounds", "roundsUsed", "epsilonBudget", "epsilonSpent"),
            *("regions", "deidentification", "nonProfitOnly"),
        ),
        layout.LIMITS_WORD,
    ),
    ("ConsentToken", "Entry"): (
        ("act", "reason", "actor", "at", "regulatorUntil", "grantorSuspended"),
        layout.LOG_WORD,
    ),
    ("TrainingLog", "Standing"): (
        (
            *("publisher", "outcome", "makesWeights", "inputs", "rounds"),
            *("roundOpen", "contributions", "refusals", "openedAt"),
        ),
        layout.RUN_WORD,
    ),
    ("ModelRegistry", "Model"): (("publisher", "number", "latest"), layout.MODEL_WORD),
    ("ModelRegistry", "Version"): (
        ("publisher", "model", "number", "publishedAt", "lifecycle", "forSale", "recalls"),
        layout.MODEL_VERSION_WORD,
    ),
    ("ModelRegistry", "Recall"): (("issuer", "issuedAt", "liftedAt", "acknowledgements"), layout.RECALL_WORD),
}


def _compiled(contract: str) -> dict[str, Any]:
    """forge's storage layout; `make test` compiles the contracts first."""
    out = os.environ.get("FOUNDRY_OUT", "build/forge/out")
    path = ROOT / out / f"{contract}.sol" / f"{contract}.json"
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
