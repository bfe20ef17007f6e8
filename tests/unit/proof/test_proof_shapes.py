"""The published JSON Schemas, against what the readers take and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from ledger_node.proof import checkpoint

from .signing import ONE, TWO, signed_by
from .story import tag
from .synthetic import Chain

DOCS = Path(__file__).parents[3] / "docs"


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((DOCS / name).read_text()))


def test_evidence_schema_takes_bundles(bundle: bytes) -> None:
    assert schema("evidence.schema.json").is_valid(json.loads(bundle))


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content.update(format="medledger-evidence/2"),
        lambda content: content.update(surplus=1),
        lambda content: content.pop("at"),
        lambda content: content["subject"].update(kind="run"),
        lambda content: content["subject"].update(number=1),
        lambda content: content["asOf"].update(number=-1),
        lambda content: content["facts"]["runs"][0].pop("inputs"),
        lambda content: content["facts"]["runs"][0].update(id="0x" + "AB" * 32),
        lambda content: content["facts"]["datasetVersions"][0].update(derivation={}),
        lambda content: content["documents"].update({"0x00": "text"}),
        lambda content: content["documents"].update({"0x" + "00" * 32: {"base64": 7}}),
        lambda content: content["proofNodes"].append("0x0"),
        lambda content: content["header"].pop("stateRoot"),
        lambda content: content.update(checkpoints=[{}]),
    ],
)
def test_evidence_schema_refuses_what_the_reader_refuses(bundle: bytes, edit: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(bundle)
    edit(content)
    assert not schema("evidence.schema.json").is_valid(content)


def test_trust_schema(chain: Chain) -> None:
    trusted = chain.trust()
    assert schema("trust.schema.json").is_valid(trusted)
    assert not schema("trust.schema.json").is_valid(trusted | {"contracts": {}})
    assert not schema("trust.schema.json").is_valid(trusted | {"operators": {"quorum": 1}})


def test_checkpoint_schema() -> None:
    content: Any = checkpoint.to_json(signed_by(ONE, TWO))
    assert schema("checkpoint.schema.json").is_valid(content)
    assert not schema("checkpoint.schema.json").is_valid(content | {"hash": tag("x").hex()})
