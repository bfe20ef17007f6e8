"""How reports call each fact: its kind, and its id as text."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.proof.facts import (
    Consent,
    Dataset,
    DatasetVersion,
    Facts,
    Model,
    ModelVersion,
    Organisation,
    Recall,
    Run,
)
from ledger_node.proof.hashing import to_hex

#: The kind of a fact and its id as text.
Name = tuple[str, str]
#: Whatever has a name.
Fact = Organisation | Dataset | DatasetVersion | Consent | Model | Run | ModelVersion | Recall


def named(facts: Facts) -> Iterator[tuple[Name, Fact]]:
    """Every fact with its name."""
    yield from ((organisation(fact.number), fact) for fact in facts.organisations)
    yield from ((dataset(fact.id), fact) for fact in facts.datasets)
    yield from ((dataset_version(fact.dataset, fact.number), fact) for fact in facts.dataset_versions)
    yield from ((consent(fact.id), fact) for fact in facts.consents)
    yield from ((model(fact.id), fact) for fact in facts.models)
    yield from ((run(fact.id), fact) for fact in facts.runs)
    yield from ((model_version(fact.id), fact) for fact in facts.model_versions)
    yield from ((recall(fact.id), fact) for fact in facts.recalls)


def organisation(number: int) -> Name:
    return "organisation", str(number)


def dataset(key: bytes) -> Name:
    return "dataset", to_hex(key)


def dataset_version(key: bytes, number: int) -> Name:
    return "datasetVersion", f"{to_hex(key)}/{number}"


def consent(key: bytes) -> Name:
    return "consent", to_hex(key)


def model(key: bytes) -> Name:
    return "model", to_hex(key)


def run(key: bytes) -> Name:
    return "run", to_hex(key)


def model_version(key: bytes) -> Name:
    return "modelVersion", to_hex(key)


def recall(key: bytes) -> Name:
    return "recall", to_hex(key)
