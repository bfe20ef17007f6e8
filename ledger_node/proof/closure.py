"""Whether facts are closed and minimal: all that the subject leads to is there, and nothing else.

The subject is a model version, a dataset version or a consent. A model version leads to its model, run, parents and
recalls; a run to its inputs; an input to its dataset version and consent; a derived dataset version to its parents and
their consents; a consent to the one that it supersedes and to its dataset; and each to the organisations that acted.
What only points away (a recall's replacement, a consent's request) is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.proof import names
from ledger_node.proof.facts import NONE, Facts, Run
from ledger_node.proof.names import Name
from ledger_node.proof.subject import CONSENT, DATASET_VERSION, Subject


def problems(facts: Facts, subject: Subject) -> Iterator[str]:
    """A sentence for each fact that is missing or that the subject does not lead to."""
    given = {name for name, _ in names.named(facts)}
    named = leads_to(subject, facts)
    for kind, key in sorted(named - given):
        yield f"{kind} {key} is named and not there"
    for kind, key in sorted(given - named):
        yield f"{kind} {key} is there and not named"


def leads_to(subject: Subject, facts: Facts) -> set[Name]:
    """The names of all that the subject leads to, through whatever facts are there."""
    return _Walk(facts).from_subject(subject)


class _Walk:
    """Everything that a subject leads to, through whatever facts are there."""

    def __init__(self, facts: Facts) -> None:
        self._datasets = {fact.id: fact for fact in facts.datasets}
        self._dataset_versions = {(fact.dataset, fact.number): fact for fact in facts.dataset_versions}
        self._consents = {fact.id: fact for fact in facts.consents}
        self._models = {fact.id: fact for fact in facts.models}
        self._runs = {fact.id: fact for fact in facts.runs}
        self._versions = {fact.id: fact for fact in facts.model_versions}
        self._recalls = facts.recalls
        self._named: set[Name] = set()

    def from_subject(self, subject: Subject) -> set[Name]:
        if subject.kind == CONSENT:
            self._consent(subject.id)
        elif subject.kind == DATASET_VERSION:
            self._dataset_version(subject.id, subject.number)
        else:
            self._model_version(subject.id)
        return self._named

    def _model_version(self, subject: bytes) -> None:
        left = [subject]
        while left:
            key = left.pop()
            version = self._versions.get(key)
            if not self._is_new(names.model_version(key)) or version is None:
                continue
            left.extend(version.parents)
            self._organisation(version.publisher)
            self._named.add(names.model(version.model))
            if version.model in self._models:
                self._organisation(self._models[version.model].publisher)
            if not version.is_import:
                self._named.add(names.run(version.run))
                if version.run in self._runs:
                    self._run(self._runs[version.run])
        for recall in self._recalls:
            if names.model_version(recall.version) in self._named:
                self._named.add(names.recall(recall.id))
                for organisation in (recall.issuer, *recall.acknowledged_by):
                    self._organisation(organisation)

    def _run(self, fact: Run) -> None:
        self._organisation(fact.publisher)
        self._named.add(names.model(fact.model))
        for used in fact.inputs:
            self._dataset_version(used.dataset, used.version)
            self._consent(used.consent)
        for one in fact.rounds:
            for answer in one.answers:
                self._organisation(answer.custodian)

    def _dataset_version(self, dataset: bytes, number: int) -> None:
        left = [(dataset, number)]
        while left:
            key = left.pop()
            if not self._is_new(names.dataset_version(*key)):
                continue
            self._dataset(key[0])
            version = self._dataset_versions.get(key)
            if version is None or version.derivation is None:
                continue
            for parent in version.derivation.parents:
                left.append((parent.dataset, parent.version))
                if parent.consent != NONE:
                    self._consent(parent.consent)

    def _consent(self, key: bytes) -> None:
        while self._is_new(names.consent(key)):
            granted = self._consents.get(key)
            if granted is None:
                return
            self._dataset(granted.dataset)
            # A vote's act names nobody.
            actors = (entry.actor for entry in granted.log if entry.actor)
            for organisation in (granted.grantor, granted.grantee, *actors):
                self._organisation(organisation)
            if granted.supersedes == NONE:
                return
            key = granted.supersedes

    def _dataset(self, key: bytes) -> None:
        self._named.add(names.dataset(key))
        if key in self._datasets:
            self._organisation(self._datasets[key].custodian)

    def _organisation(self, number: int) -> None:
        self._named.add(names.organisation(number))

    def _is_new(self, name: Name) -> bool:
        if name in self._named:
            return False
        self._named.add(name)
        return True
