"""The crate's graph. `tests/integration/test_ro_crate.py` has it validated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from registry_api.exports.ro_crate import ro_crate
from registry_api.questions.material import Material
from tests.unit.questions.conftest import with_documents


def entities(m: Material) -> dict[str, dict[str, Any]]:
    graph = json.loads(ro_crate(m))["@graph"]
    found = {one["@id"]: one for one in graph}
    assert len(found) == len(graph)
    return found


def references(value: object) -> Iterator[str]:
    match value:
        case {"@id": str(id_)}:
            yield id_
        case list():
            for one in value:
                yield from references(one)


def test_the_descriptor_is_about_the_root_and_the_root_about_the_version(material: Material) -> None:
    found = entities(material)
    root = found[found["ro-crate-metadata.json"]["about"]["@id"]]
    assert root["@id"].endswith(f"{material.subject.id}/{material.lineage.as_of.hash}")
    assert found[root["mainEntity"]["@id"]]["version"] == str(material.subject.number)


def test_what_is_referred_to_is_described(material: Material) -> None:
    found = entities(material)
    named = {
        one for entity in found.values() for name, value in entity.items() if name != "@id" for one in references(value)
    }
    outside = {one for one in named - found.keys() if one.startswith(("http://schema.org/", "https://w3id.org/"))}
    assert named - outside <= found.keys()


def test_data_and_documents_are_parts(material: Material) -> None:
    found = entities(material)
    parts = set(references(found[found["ro-crate-metadata.json"]["about"]["@id"]]["hasPart"]))
    data = {f"urn:medledger:dataset-version:{one.dataset}/{one.number}" for one in material.lineage.dataset_versions}
    assert data == {one for one in parts if one.startswith("urn:")}
    assert {one for one in parts if one.startswith("ni:///sha-256;")} == parts - data
    assert all(found[one]["sha256"] for one in parts - data)


def test_a_run_leads_from_its_data_to_its_version(trained: Material) -> None:
    (run,) = trained.lineage.runs
    found = entities(trained)
    action = found[f"urn:medledger:run:{run.id}"]
    used = {f"urn:medledger:dataset-version:{one.dataset}/{one.version}" for one in run.inputs}
    assert used <= set(references(action["object"]))
    assert action["result"] == {"@id": f"urn:medledger:model-version:{trained.subject.id}"}
    assert len(set(references(action["participant"]))) == len(run.inputs)


def test_a_document_of_several_things_is_there_once(trained: Material) -> None:
    digests = {one.card_digest for one in trained.lineage.dataset_versions}
    assert len(digests) == 1 < len(trained.lineage.dataset_versions)
    cards = [one for one in entities(trained).values() if "dataset card" in str(one.get("name"))]
    (card,) = cards
    assert len(set(references(card["about"]))) >= len(trained.lineage.dataset_versions)


def test_without_cards_things_are_called_by_their_ids(trained: Material) -> None:
    bare = entities(with_documents(trained, lambda _kind, _content: None))
    version = bare[f"urn:medledger:model-version:{trained.subject.id}"]
    assert version["name"] == f"model {trained.model.id[:10]}…, version 1"
