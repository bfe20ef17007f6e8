"""The bill of materials, held against CycloneDX's own schema by CycloneDX's own library."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from registry_api.exports.ml_bom import ml_bom
from registry_api.questions.material import Material
from tests.unit.questions.conftest import with_documents


@pytest.fixture(scope="module")
def validator() -> JsonStrictValidator:
    return JsonStrictValidator(SchemaVersion.V1_6)


def bill_of(m: Material) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ml_bom(m))
    return found


def said(component: dict[str, Any], name: str) -> list[str]:
    return [one["value"] for one in component["properties"] if one["name"] == f"medledger:{name}"]


def test_it_keeps_to_the_schema(validator: JsonStrictValidator, material: Material) -> None:
    assert validator.validate_str(ml_bom(material).decode()) is None


def test_it_keeps_to_the_schema_without_cards(validator: JsonStrictValidator, material: Material) -> None:
    bare = with_documents(material, lambda _kind, _content: None)
    assert validator.validate_str(ml_bom(bare).decode()) is None


def test_the_schema_refuses_what_it_does_not_know(validator: JsonStrictValidator, trained: Material) -> None:
    changed = bill_of(trained)
    changed["metadata"]["component"]["modelCard"]["bogus"] = 1
    assert validator.validate_str(json.dumps(changed)) is not None


def test_the_component_is_the_version_with_the_digest_of_its_files(trained: Material) -> None:
    model = bill_of(trained)["metadata"]["component"]
    assert (model["type"], model["version"]) == ("machine-learning-model", str(trained.subject.number))
    assert model["hashes"] == [{"alg": "SHA-256", "content": trained.subject.artifact_digest.removeprefix("0x")}]
    assert said(model, "id") == [trained.subject.id]


def test_data_depend_on_nothing_and_the_model_on_them(material: Material) -> None:
    bill = bill_of(material)
    refs = {one["bom-ref"] for one in (bill["metadata"]["component"], *bill["components"])}
    assert len(refs) == 1 + len(bill["components"])
    assert [one["ref"] for one in bill["dependencies"]] == sorted(refs)
    assert {ref for one in bill["dependencies"] for ref in one["dependsOn"]} == refs - {
        bill["metadata"]["component"]["bom-ref"]
    }


def test_data_name_the_consents_they_were_used_under(trained: Material) -> None:
    states = {one.id: one.state_at(trained.lineage.as_of.timestamp).name for one in trained.lineage.consents}
    (run,) = trained.lineage.runs
    for used in run.inputs:
        ref = f"urn:medledger:dataset-version:{used.dataset}/{used.version}"
        (data,) = [one for one in bill_of(trained)["components"] if one["bom-ref"] == ref]
        assert said(data, "usedUnderConsent") == [f"{used.consent} {states[used.consent]}"]
    assert "REVOKED" in states.values()


def test_metrics_come_with_their_slices_and_intervals(trained: Material) -> None:
    whole, part = bill_of(trained)["metadata"]["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    interval = {"lowerBound": "0.9", "upperBound": "0.95"}
    assert whole == {"type": "accuracy", "value": "0.93", "confidenceInterval": interval}
    assert part == {"type": "accuracy", "value": "0.92", "slice": "sex: female", "confidenceInterval": interval}
