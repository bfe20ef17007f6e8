"""Whether facts are closed and minimal: all that the subject leads to is there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.proof.facts import Consent, Facts, Run
from ledger_node.proof.names import (
    Name,
    consent,
    dataset,
    dataset_version,
    model,
    model_version,
    organisation,
    run,
)


def problems(facts: Facts, subject: bytes) -> Iterator[str]:
    """A sentence for each fact that is missing or that the subject does not lead to."""
    given = set(_given(facts))
    named = set(_named(facts, subject))
    for kind, key in sorted(named - given):
        yield f"{kind} {key} is named and not there"
    for kind, key in sorted(given - named):
        yield f"{kind} {key} is there and not named"


def _given(facts: Facts) -> Iterator[Name]:
    yield from (organisation(fact.number) for fact in facts.organisations)
    yield from (dataset(fact.id) for fact in facts.datasets)
    yield from (dataset_version(fact.dataset, fact.number) for fact in facts.dataset_versions)
    yield from (consent(fact.id) for fact in facts.consents)
    yield from (model(fact.id) for fact in facts.models)
    yield from (run(fact.id) for fact in facts.runs)
    yield from (model_version(fact.id) for fact in facts.model_versions)


def _named(facts: Facts, subject: bytes) -> Iterator[Name]:
    """What the subject leads to, through whatever is there."""
    versions = {fact.id: fact for fact in facts.model_versions}
    runs = {fact.id: fact for fact in facts.runs}
    models = {fact.id: fact for fact in facts.models}
    consents = {fact.id: fact for fact in facts.consents}
    custodians = {fact.id: fact.custodian for fact in facts.datasets}
    seen = {subject}
    left = [subject]
    while left:
        key = left.pop()
        yield model_version(key)
        version = versions.get(key)
        if version is None:
            continue
        fresh = set(version.parents) - seen
        seen |= fresh
        left.extend(fresh)
        yield organisation(version.publisher)
        yield model(version.model)
        if version.model in models:
            yield organisation(models[version.model].publisher)
        yield run(version.run)
        if version.run in runs:
            yield from _named_by_run(runs[version.run], custodians, consents)


def _named_by_run(fact: Run, custodians: dict[bytes, int], consents: dict[bytes, Consent]) -> Iterator[Name]:
    yield organisation(fact.publisher)
    yield model(fact.model)
    for used in fact.inputs:
        yield dataset(used.dataset)
        yield dataset_version(used.dataset, used.version)
        yield consent(used.consent)
        if used.dataset in custodians:
            yield organisation(custodians[used.dataset])
        if used.consent in consents:
            granted = consents[used.consent]
            yield dataset(granted.dataset)
            yield organisation(granted.grantor)
            yield organisation(granted.grantee)
            yield from (organisation(entry.actor) for entry in granted.log)
    yield from (organisation(part.custodian) for one in fact.rounds for part in one.contributions)
