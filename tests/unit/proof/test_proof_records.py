"""Record digests and ids against the vectors that the contracts' tests write and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger_node.proof import ids, schema, words
from ledger_node.proof.facts import Contribution, Round
from ledger_node.proof.hashing import keccak256, to_hex

VECTORS = Path(__file__).parents[2] / "vectors"
IDS = json.loads((VECTORS / "ids.json").read_text())
RECORDS = json.loads((VECTORS / "records.json").read_text())
ZERO = "0x" + "00" * 32


def _raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _of(kind: str) -> list[dict[str, Any]]:
    found = [record for record in RECORDS if record["kind"] == kind]
    assert found
    return found


@pytest.mark.parametrize("vector", IDS, ids=lambda vector: f"{vector['tag']}-{vector['salt'][2:8]}")
def test_derive_id_is_the_contracts(vector: dict[str, Any]) -> None:
    tag, contract, salt = keccak256(vector["tag"].encode()), _raw(vector["contract"]), _raw(vector["salt"])
    found = ids.derive_id(tag, vector["chainId"], contract, vector["organisation"], salt)
    assert to_hex(found) == vector["id"]


@pytest.mark.parametrize("vector", _of("organisation"), ids=lambda vector: vector["fields"]["name"])
def test_organisation_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    number, admin = fields.pop("organisation"), fields.pop("admin").lower()
    fact = fields | {"number": number, "admin": admin, "status": 1}
    _, record = words.of_organisation(schema.organisation.read(fact))
    assert to_hex(record.value) == vector["digest"]


@pytest.mark.parametrize("vector", _of("dataset-version"))
def test_dataset_version_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    assert to_hex(words.dataset_version_digest(schema.dataset_version.read(vector["fields"]))) == vector["digest"]


@pytest.mark.parametrize("vector", _of("consent"))
def test_consent_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    fact = {"id": fields.pop("consent"), **fields, "roundsUsed": 0, "log": []}
    assert to_hex(words.consent_digest(schema.consent.read(fact))) == vector["digest"]


@pytest.mark.parametrize("vector", _of("model"))
def test_model_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    _, record = words.of_model(schema.model.read({"id": fields.pop("model"), **fields, "latest": 1}))
    assert to_hex(record.value) == vector["digest"]


@pytest.mark.parametrize("vector", _of("run"))
def test_run_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    assert to_hex(words.run_digest(schema.run.read(_run(vector["fields"])))) == vector["digest"]


@pytest.mark.parametrize("vector", _of("run-closing"))
def test_run_closing_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    empty = {"openedAt": 0, "contributions": [], "aggregateDigest": ZERO, "closedAt": 0}
    opened = next(record["fields"] for record in _of("run") if record["fields"]["run"] == fields["run"])
    closing = {key: fields[key] for key in ("outcome", "resultDigest", "closedAt")}
    fact = _run(opened) | closing | {"rounds": [empty] * fields["rounds"]}
    assert to_hex(words.run_closing_digest(schema.run.read(fact))) == vector["digest"]


def _run(fields: dict[str, Any]) -> dict[str, Any]:
    renamed = {"id" if key == "run" else key: value for key, value in fields.items()}
    return renamed | {"rounds": [], "outcome": 1, "resultDigest": ZERO, "closedAt": 0}


@pytest.mark.parametrize("vector", _of("round-opened"))
def test_round_digest_is_the_contracts_chain(vector: dict[str, Any]) -> None:
    """Follows the chain of a round from its opening to its closing, and compares the last link."""
    digest, contributions = vector["digest"], []
    parts = {record["fields"]["previous"]: record for record in _of("round-contribution")}
    closings = {record["fields"]["previous"]: record for record in _of("round-closed")}
    while digest in parts:
        fields = parts[digest]["fields"]
        contributions.append(
            Contribution(
                fields["custodian"], fields["input"], _raw(fields["updateDigest"]), fields["consentState"], fields["at"]
            )
        )
        digest = parts[digest]["digest"]
    closing = closings[digest]
    assert closing["fields"]["contributions"] == len(contributions) > 0
    fact = Round(
        vector["fields"]["openedAt"],
        tuple(contributions),
        _raw(closing["fields"]["aggregateDigest"]),
        closing["fields"]["closedAt"],
    )
    found = words.round_digest(_raw(vector["fields"]["run"]), vector["fields"]["round"], fact)
    assert to_hex(found) == closing["digest"]


@pytest.mark.parametrize("vector", _of("model-version"))
def test_model_version_digest_is_the_contracts(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    fact = schema.model_version.read({"id": fields.pop("version"), **fields})
    assert to_hex(words.model_version_digest(fact)) == vector["digest"]
