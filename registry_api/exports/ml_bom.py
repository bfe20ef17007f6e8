"""A CycloneDX 1.6 bill of materials (ECMA-424) with a model card: of what a model version is made.

The version is the component described; its parents and every dataset version behind them are its components. What the
model's card says (metrics, use, limits) is its publisher's word, and stands where CycloneDX has a place for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ledger_node.domain.model import ModelVersion
from ledger_node.proof.strict_json import dump_canonical
from registry_api.exports.names import data_name, document_uri, model_name, urn
from registry_api.questions.documents import Document
from registry_api.questions.material import Material, name_of
from registry_api.schemas.base import rfc3339

SPEC = "1.6"
DIGEST_RULE = "sha-256 of one file; of a folder the root digest of OpenSSF Model Signing"


def ml_bom(m: Material) -> bytes:
    block = m.lineage.as_of
    subject = _model(m, m.subject)
    (own, of_model) = m.model_cards()
    subject["modelCard"] = _model_card(m, own if own.content else of_model)
    parents = [one for one in m.lineage.model_versions if one.id != m.subject.id]
    bill: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, block.hash + m.subject.id)}",
        "version": 1,
        "metadata": {
            "timestamp": rfc3339(block.timestamp),
            "component": subject,
            "properties": _properties(asOfBlock=block.number, blockHash=block.hash),
        },
        "components": [*(_model(m, one) for one in parents), *_data(m)],
        "dependencies": _dependencies(m),
    }
    return dump_canonical(bill)


def _model(m: Material, one: ModelVersion) -> dict[str, Any]:
    number, standing = one.number, sum(recall.version == one.id and recall.stands for recall in m.lineage.recalls)
    return {
        "type": "machine-learning-model",
        "bom-ref": _ref(one),
        "name": model_name(m, one),
        "version": str(number),
        "supplier": {"name": m.lineage.name_of(one.publisher)},
        "hashes": _hashes(one.artifact_digest),
        "externalReferences": [_reference("model-card", one.card_digest)],
        "properties": _properties(
            id=one.id,
            model=one.model,
            run=one.run,
            artifactDigestRule=DIGEST_RULE,
            publishedAt=rfc3339(one.published_at),
            lifecycle=one.lifecycle.name,
            recallsThatStand=standing,
        ),
    }


def _data(m: Material) -> Iterable[dict[str, Any]]:
    for version, card in m.dataset_cards():
        custodian = m.lineage.name_of(m.custodian(version.dataset))
        under = sorted(m.consents_of_data.get(name_of(version), ()))
        states = [f"{one} {m.consents[one].state_at(m.lineage.as_of.timestamp).name}" for one in under]
        name = data_name(version, card)
        data: dict[str, Any] = {
            "type": "dataset",
            "name": name,
            "sensitiveData": [version.claim.name],
            "governance": {"custodians": [{"organization": {"name": custodian}}]},
        }
        if card.has("/description"):
            data["description"] = card.at("/description")
        yield {
            "type": "data",
            "bom-ref": urn("dataset-version", name_of(version)),
            "name": name,
            "version": str(version.number),
            "supplier": {"name": custodian},
            "data": [data],
            "externalReferences": [
                _reference("documentation", version.card_digest),
                _reference("attestation", version.attestation_digest),
            ],
            "properties": [
                *_properties(dataset=version.dataset, treeRoot=version.root, sizeClass=version.size_class.name),
                *(one for state in states for one in _properties(usedUnderConsent=state)),
            ],
        }


def _model_card(m: Material, card: Document) -> dict[str, Any]:
    """What the card of the version, or else of its model, says of it."""
    made: dict[str, Any] = {
        "modelParameters": {"datasets": [{"ref": one} for one in sorted(_trained_on(m, m.subject))]}
    }
    uses = {name: [card.at(pointer)] for name, pointer in _CONSIDERATIONS.items() if card.has(pointer)}
    if uses:
        made["considerations"] = uses
    if card.has("/metrics"):
        made["quantitativeAnalysis"] = {
            "performanceMetrics": [one for part in card.at("/metrics") for one in _metrics(part)]
        }
    return made


_CONSIDERATIONS = {"useCases": "/intendedUse", "technicalLimitations": "/limitations"}


def _metrics(metric: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """A metric, and one more for each subgroup, which CycloneDX calls a slice."""
    yield _metric(metric["name"], metric)
    for group in metric.get("subgroups", ()):
        yield _metric(metric["name"], group) | {"slice": f"{group['by']}: {group['group']}"}


def _metric(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    told = {"type": name, "value": str(part["value"])}
    interval = part.get("interval")
    if interval is None:
        return told
    return {**told, "confidenceInterval": {"lowerBound": str(interval["low"]), "upperBound": str(interval["high"])}}


def _dependencies(m: Material) -> list[dict[str, Any]]:
    """Of what each is made: a version of its parents and of what its run used, a derived dataset version of others."""
    refs = {one.id: _ref(one) for one in m.lineage.model_versions}
    made = {
        refs[one.id]: _trained_on(m, one) | {refs[parent] for parent in one.parents} for one in m.lineage.model_versions
    }
    for version in m.lineage.dataset_versions:
        parents = version.derivation.parents if version.derivation else ()
        made[urn("dataset-version", name_of(version))] = {
            urn("dataset-version", f"{one.dataset}/{one.version}") for one in parents
        }
    return [{"ref": ref, "dependsOn": sorted(of)} for ref, of in sorted(made.items())]


def _trained_on(m: Material, one: ModelVersion) -> set[str]:
    run = m.runs.get(one.run or "")
    return {urn("dataset-version", f"{used.dataset}/{used.version}") for used in run.inputs} if run else set()


def _ref(one: ModelVersion) -> str:
    return urn("model-version", one.id)


def _hashes(digest: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest[2:]}]


def _reference(kind: str, digest: str) -> dict[str, Any]:
    return {"type": kind, "url": document_uri(digest), "hashes": _hashes(digest)}


def _properties(**said: object) -> list[dict[str, str]]:
    return [{"name": f"medledger:{name}", "value": str(value)} for name, value in said.items() if value is not None]
