"""Exports of what is on a real chain: the same bytes from two organisations' nodes, and the past as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from prov.model import ProvDocument

from ledger_node.client import Input
from ledger_node.client.inputs import Document
from ledger_node.domain.codes import Operation, Outcome, StateReason, Supersession
from ledger_node.domain.export import ExportFormat
from tests.integration.pair import SCOPE, Pair, some_digest, terms, version
from tests.unit.cards.cards import full


class Made:
    """A version trained on the hospital's data under a consent that was revoked afterwards; its cards at both nodes."""

    def __init__(self, pair: Pair) -> None:
        hospital, institute = pair.hospital.node, pair.institute.node
        cards = {kind: self._stored(pair, full(kind)) for kind in ("dataset-card", "run-card", "model-card")}
        self.dataset = pair.made(hospital.datasets.register(Document(digest=cards["dataset-card"])), "dataset")
        first = replace(version(Supersession.FIRST), card_digest=cards["dataset-card"])
        pair.done(hospital.datasets.publish(self.dataset, first))
        self.consent = pair.consent(terms(self.dataset, pair.institute))
        model = pair.made(institute.models.register(Document(digest=cards["model-card"])), "model")
        used = [Input(self.dataset, 1, self.consent, Operation.TRAIN)]
        run_card = Document(digest=cards["run-card"])
        run = pair.made(institute.runs.open(model, scope=SCOPE, card=run_card, inputs_used=used), "run")
        pair.done(institute.runs.close(run, Outcome.COMPLETED, result_digest=some_digest()))
        card = Document(digest=cards["model-card"])
        published = institute.models.publish(model, run=run, artifact_digest=some_digest(), card=card)
        self.version = pair.made(published, "version")
        self.then = institute.node.get()["asOfBlock"]
        self.ended = pair.done(hospital.consents.revoke(self.consent, StateReason.STEWARD_DECISION))["block"]

    def _stored(self, pair: Pair, card: dict[str, Any]) -> str:
        content = json.dumps(card).encode()
        return {side.node.blobs.put(content)["digest"] for side in (pair.hospital, pair.institute)}.pop()


@pytest.fixture(scope="module")
def made(pair: Pair) -> Made:
    return Made(pair)


@pytest.mark.parametrize("form", ExportFormat)
def test_two_nodes_export_the_same_bytes(pair: Pair, made: Made, form: ExportFormat) -> None:
    for block in (made.then, made.ended):
        ours, theirs = (
            side.node.versions.export(made.version, form, as_of=block) for side in (pair.hospital, pair.institute)
        )
        assert ours == theirs
        assert made.version.encode() in ours


def test_the_consent_ends_when_it_was_revoked(pair: Pair, made: Made) -> None:
    def read(block: int) -> str:
        content = pair.institute.node.versions.export(made.version, ExportFormat.PROV, as_of=block)
        document = ProvDocument.deserialize(content=content.decode(), format="json")
        assert isinstance(document, ProvDocument)
        return document.get_provn()

    ending = f"wasInvalidatedBy(consent:{made.consent}"
    assert ending not in read(made.then)
    assert ending in read(made.ended)


def test_the_bill_holds_and_names_what_it_was_made_of(pair: Pair, made: Made) -> None:
    content = pair.hospital.node.versions.export(made.version, ExportFormat.ML_BOM, as_of=made.ended).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(content) is None
    (data,) = json.loads(content)["components"]
    under = {"name": "medledger:usedUnderConsent", "value": f"{made.consent} REVOKED"}
    assert under in data["properties"]


def test_the_card_is_exported_as_it_was_stored(pair: Pair, made: Made) -> None:
    exported = pair.institute.node.datasets.export(made.dataset, 1)
    assert exported == json.dumps(full("dataset-card")).encode()
