"""Versions of a made-up consortium, with the full cards that are behind them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.domain.position import BlockRef
from registry_api.questions.documents import Document
from registry_api.questions.material import Ledger, Material
from registry_api.questions.reading import understood
from tests.unit.api.fakes import NOW, digest
from tests.unit.api.story import world, world_of_all
from tests.unit.cards.cards import full

ATTESTATION: dict[str, Any] = {
    "format": "medledger-attestation/1",
    "subject": "breast-1",
    "kind": "TABLE_ROW",
    "entryRule": ["features are numbers"],
    "tools": [{"name": "medledger", "version": "0.1.0", "digest": "ab"}],
    "deidentification": None,
    "review": {"sampleChecked": 20, "defectsFound": "NONE"},
}
LEDGER = Ledger(
    genesis=digest("genesis"),
    chain_id=1337,
    around=[BlockRef(7, digest("7"), NOW - 100), BlockRef(9, digest("9"), NOW - 40)],
    generations=[],
    generation=1,
    taken_back=3,
    node=1,
)
Change = Callable[[str, dict[str, Any]], dict[str, Any] | None]


def with_documents(material: Material, change: Change = lambda _kind, content: content) -> Material:
    """`change` gets the kind and content of each document; None is for one that the node does not have."""
    documents = {}
    for one in material.wanted():
        content = change(one.kind, dict(ATTESTATION) if one.kind == "attestation" else full(one.kind))
        documents[one.key] = (
            Document(one, None, "this node does not have the document")
            if content is None
            else understood(one, json.dumps(content).encode())
        )
    return replace(material, documents=documents)


def of_trained() -> Material:
    """A version of a run with two hospitals, one of which revoked its consent."""
    of = world()
    return with_documents(Material(of.node.lineages.lineage(of.index.facts.model_versions[0].id)))


def of_imported() -> Material:
    """An import that grew from a version trained on a derived dataset, and recalled by a regulator."""
    of = world_of_all()
    return with_documents(Material(of.node.lineages.lineage(of.index.facts.model_versions[1].id)))


def of_recalled() -> Material:
    """What the import grew from."""
    of = world_of_all()
    return with_documents(Material(of.node.lineages.lineage(of.index.facts.model_versions[0].id)))


@pytest.fixture
def trained() -> Material:
    return of_trained()


@pytest.fixture
def imported() -> Material:
    return of_imported()


@pytest.fixture
def recalled() -> Material:
    return of_recalled()
