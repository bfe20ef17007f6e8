"""PROV-JSON, read by the reference library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from prov.model import (
    ProvActivity,
    ProvAgent,
    ProvBundle,
    ProvDerivation,
    ProvDocument,
    ProvEntity,
    ProvGeneration,
    ProvInvalidation,
    ProvRecord,
    ProvUsage,
)

from registry_api.exports.prov import prov
from registry_api.questions.material import Material


def read(m: Material) -> ProvDocument:
    document = ProvDocument.deserialize(content=prov(m).decode(), format="json")
    assert isinstance(document, ProvDocument)
    return document


def bundle_of(m: Material) -> ProvBundle:
    (bundle,) = read(m).bundles
    return bundle


def uris(records: Iterable[ProvRecord]) -> set[str]:
    return {one.identifier.uri for one in records if one.identifier is not None}


def ends(bundle: ProvBundle, kind: type[ProvRecord]) -> set[tuple[str, ...]]:
    """The things that relations of a kind relate."""
    return {tuple(str(value.uri) for _, value in one.formal_attributes if hasattr(value, "uri")) for one in
            bundle.get_records(kind)}  # fmt: skip


def test_a_document_survives_reading_and_writing(material: Material) -> None:
    document = read(material)
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document


def test_the_bundle_is_the_ledger_as_of_the_block(material: Material) -> None:
    (generation,) = read(material).get_records(ProvGeneration)
    block = material.lineage.as_of
    assert bundle_of(material).identifier.uri == f"urn:medledger:block:{block.hash}"
    assert generation.args[2] == datetime.fromtimestamp(block.timestamp, UTC)


def test_nothing_is_related_that_is_not_described(material: Material) -> None:
    bundle = bundle_of(material)
    described = uris(bundle.get_records((ProvEntity, ProvActivity, ProvAgent)))
    related = {
        value.uri
        for one in bundle.records
        if one.is_relation()
        for _, value in one.formal_attributes
        if hasattr(value, "uri")
    }
    assert related <= described


def test_everything_of_the_lineage_is_there(material: Material) -> None:
    found, bundle = material.lineage, bundle_of(material)
    assert len(list(bundle.get_records(ProvAgent))) == len(found.organisations)
    assert uris(bundle.get_records(ProvActivity)) == {
        *(f"urn:medledger:run:{run.id}" for run in found.runs),
        *(f"urn:medledger:round:{run.id}/{one.number}" for run in found.runs for one in run.rounds),
    }
    assert uris(bundle.get_records(ProvEntity)) == {
        *(f"urn:medledger:dataset:{one.id}" for one in found.datasets),
        *(f"urn:medledger:dataset-version:{one.dataset}/{one.number}" for one in found.dataset_versions),
        *(f"urn:medledger:consent:{one.id}" for one in found.consents),
        *(f"urn:medledger:model:{one.id}" for one in found.models),
        *(f"urn:medledger:model-version:{one.id}" for one in found.model_versions),
        *(f"urn:medledger:recall:{one.id}" for one in found.recalls),
    }


def test_a_run_used_its_data_and_their_consents(trained: Material) -> None:
    (run,) = trained.lineage.runs
    used = {f"urn:medledger:dataset-version:{one.dataset}/{one.version}" for one in run.inputs}
    used |= {f"urn:medledger:consent:{one.consent}" for one in run.inputs}
    assert ends(bundle_of(trained), ProvUsage) == {(f"urn:medledger:run:{run.id}", one) for one in used}


def test_a_revoked_consent_is_invalid_from_then_on(trained: Material) -> None:
    (revoked,) = [one for one in trained.lineage.consents if one.revocation()]
    (ended,) = bundle_of(trained).get_records(ProvInvalidation)
    assert ended.args[0].uri == f"urn:medledger:consent:{revoked.id}"
    assert ended.args[2] == datetime.fromtimestamp(revoked.log[-1].acted_at, UTC)


def test_a_version_derives_from_its_parents_and_a_dataset_from_others(imported: Material) -> None:
    derived = ends(bundle_of(imported), ProvDerivation)
    version = f"urn:medledger:model-version:{imported.subject.id}"
    assert {(version, f"urn:medledger:model-version:{one}") for one in imported.subject.parents} <= derived
    (made,) = [one for one in imported.lineage.dataset_versions if one.derivation]
    parents = {f"urn:medledger:dataset-version:{one.dataset}/{one.version}" for one in made.derivation.parents}
    assert {(f"urn:medledger:dataset-version:{made.dataset}/{made.number}", one) for one in parents} <= derived


def test_a_running_run_has_no_end(trained: Material) -> None:
    (run,) = trained.lineage.runs
    running = replace(trained, lineage=replace(trained.lineage, runs=(replace(run, closed_at=None),)))
    (found,) = [one for one in bundle_of(running).get_records(ProvActivity) if "run:" in one.identifier.uri]
    assert found.get_endTime() is None
    assert found.get_startTime() == datetime.fromtimestamp(run.opened_at, UTC)
