"""A full card of each kind."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge.card import Card

DIGEST = "0x" + "ab" * 32
MESSAGE: dict[str, Any] = {
    "format": "medledger-message/1",
    "request": DIGEST,
    "text": "Which ethics vote?",
    "inReplyTo": 1,
    "visas": [
        {
            "digest": DIGEST,
            "issuer": "https://rems.example/",
            "type": "ControlledAccessGrants",
            "value": "https://repository.example/datasets/710",
            "source": "https://repository.example/dac",
            "by": "dac",
            "asserted": "2026-11-01",
            "expires": "2027-11-01",
        }
    ],
}
INTERVAL = {"low": 0.9, "high": 0.95, "level": 0.95, "method": "bootstrap"}
ORGANISATION: dict[str, Any] = {
    "format": "medledger-organisation-card/1",
    "country": "DE",
    "contact": {"office": "Data access office", "address": "https://hospital.example/data-access"},
    "node": {"country": "DE", "hosting": "own machines"},
    "transfers": [{"to": "CH", "basis": "ADEQUACY_DECISION", "reference": "2000/518/EC"}],
}
ABOUT: dict[str, Any] = {
    "origin": {
        "source": "Routine care",
        "period": {"from": 2019, "to": 2024},
        "devices": ["Model A"],
        "purpose": "Diagnosis",
        "selection": "All adults",
        "labelling": "Two readers",
    },
    "composition": {
        "strata": [{"by": "sex", "group": "female", "sizeClass": "FROM_100"}],
        "gaps": ["No children"],
        "biasAnalysis": "Error rates by sex",
    },
    "legal": {
        "basis": "GDPR Article 9(2)(j)",
        "permits": [{"kind": "ETHICS_VOTE", "issuer": "Board", "from": "2026-01-01", "until": "2027-12-31"}],
        "retention": {"until": "2036-12-31", "rule": "Ten years", "portability": "As FHIR"},
    },
    "custodian": ORGANISATION,
}
RUN: dict[str, Any] = {
    "format": "medledger-run-card/1",
    "title": "First training",
    "method": "Federated averaging",
    "rounds": 5,
    "code": {"repository": "https://code.example/x", "commit": "0" * 40, "digest": DIGEST, "digestOf": "the archive"},
    "container": {"image": "trainer:1", "digest": DIGEST},
    "configuration": {"digest": DIGEST, "values": {"epochs": 5}},
    "place": {"country": "DE", "description": "One machine"},
    "splits": {"unit": "PATIENT", "independence": "Disjoint patients", "checked": "By pseudonym"},
    "participants": {"conditions": "An active consent"},
    "publisher": ORGANISATION,
}
MODEL: dict[str, Any] = {
    "format": "medledger-model-card/1",
    "title": "Classifier",
    "intendedUse": "Research",
    "limitations": "Adults only",
    "baseModel": {"name": "Base", "artifactDigest": DIGEST},
    "artifactDigest": DIGEST,
    "metrics": [
        {
            "name": "accuracy",
            "value": 0.93,
            "interval": INTERVAL,
            "data": [{"dataset": DIGEST, "version": 1, "split": "held out"}],
            "by": "Publisher",
            "subgroups": [{"by": "sex", "group": "female", "value": 0.92, "interval": INTERVAL}],
        }
    ],
    "changePlan": {"permits": ["New weights, same data"], "bounds": "accuracy above 0.9"},
    "change": {"kind": "FIRST", "summary": "The first version"},
    "retention": {"rule": "Ten years after the last use"},
    "publisher": ORGANISATION,
}


def dataset_card(about: dict[str, Any] | None = None) -> dict[str, Any]:
    """As the edge writes it, with a steward's statements."""
    card = Card(
        subject="breast-1",
        title="Breast masses",
        description="Measurements of breast masses",
        record_kind="TABLE_ROW",
        modalities=("TABULAR",),
        size_class=SizeClass.FROM_100,
        claim=PrivacyClaim.PSEUDONYMISED,
        about=ABOUT if about is None else about,
    )
    written: dict[str, Any] = json.loads(card.content())
    return written


def full(kind: str) -> dict[str, Any]:
    """A full card of a kind, for a test to change."""
    made = {"run-card": RUN, "model-card": MODEL, "organisation-card": ORGANISATION, "message": MESSAGE}
    return dataset_card() if kind == "dataset-card" else deepcopy(made[kind])
