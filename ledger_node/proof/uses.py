"""Each use of data against the consent under which it was recorded, as `ConsentRules.refusal` judges it.

Three things that the contract looks at are not looked at again, since storage does not keep their past: which
organisations were active, which versions were superseded for withdrawal, and in which order a second's acts came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger_node.proof import codes, names
from ledger_node.proof.facts import NONE, Consent, DatasetVersion, Facts, ModelVersion, Run, Scope
from ledger_node.proof.names import Name
from ledger_node.proof.states import History
from ledger_node.proof.terms import excludes_profit


@dataclass(frozen=True, slots=True)
class Use:
    """What is used under which consent, by whom, and what for. `by` is the fact that says so."""

    by: Name
    grantee: int
    dataset: bytes
    version: int
    consent: bytes
    scope: Scope


class Uses:
    """The uses of a closed lineage. `time` is the as-of block's, in Unix seconds."""

    def __init__(self, facts: Facts, time: int) -> None:
        self._facts = facts
        self._time = time
        self._consents = {fact.id: fact for fact in facts.consents}
        self._versions = {(fact.dataset, fact.number): fact for fact in facts.dataset_versions}
        self._for_profit = {fact.number for fact in facts.organisations if fact.for_profit}
        self._histories = {fact.id: History(fact.log) for fact in facts.consents}

    def problems(self) -> Iterator[str]:
        """A sentence for each use outside its consent."""
        published: dict[bytes, list[ModelVersion]] = {}
        for version in self._facts.model_versions:
            published.setdefault(version.run, []).append(version)
        for run in self._facts.runs:
            yield from self._of_run(run, published.get(run.id, []))
        for made in self._facts.dataset_versions:
            yield from self._of_derivation(made)

    def _of_run(self, fact: Run, published: list[ModelVersion]) -> Iterator[str]:
        """Opening it, each round, each version's export of what it trained on; then what is for sale."""
        inputs = [
            (
                part.operation,
                Use(names.run(fact.id), fact.publisher, part.dataset, part.version, part.consent, fact.scope),
            )
            for part in fact.inputs
        ]
        for operation, use in inputs:
            moments = [(operation, fact.opened_at), *((codes.FEDERATED_ROUND, one.opened_at) for one in fact.rounds)]
            if operation & codes.MAKES_WEIGHTS:
                moments += [(codes.EXPORT_WEIGHTS, version.published_at) for version in published]
            if not self._covers(use) or not all(self._permits(use, *moment) for moment in moments):
                yield _outside(use)
        for version in published:
            if version.for_sale and not self._was_sold(version, [use for _, use in inputs]):
                name, key = names.model_version(version.id)
                yield f"{name} {key} is for sale and the consents of its inputs never permitted that together"

    def _of_derivation(self, made: DatasetVersion) -> Iterator[str]:
        if made.derivation is None:
            return
        by = names.dataset_version(made.dataset, made.number)
        for parent in made.derivation.parents:
            if parent.consent == NONE:
                continue
            scope = made.derivation.scope
            use = Use(by, made.custodian, parent.dataset, parent.version, parent.consent, scope)
            if not self._covers(use) or not self._permits(use, codes.DERIVE_DATASET, made.published_at):
                yield _outside(use)

    def _covers(self, use: Use) -> bool:
        """What does not depend on the time."""
        granted, version = self._consents[use.consent], self._versions[use.dataset, use.version]
        scope = use.scope
        required = granted.deidentification & codes.CLEAN_OPTIONS
        forbidden = granted.deidentification & ~codes.CLEAN_OPTIONS
        return (
            granted.dataset == use.dataset
            and granted.grantee == use.grantee
            and granted.version_from <= use.version
            and (granted.version_to == 0 or use.version <= granted.version_to)
            and scope.purposes != 0
            and scope.purposes & ~granted.purposes == 0
            and granted.condition in (0, scope.condition)
            and (granted.regions == 0 or (scope.regions != 0 and scope.regions & ~granted.regions == 0))
            and not (excludes_profit(granted) and use.grantee in self._for_profit)
            and granted.project_ref in (NONE, scope.project_ref)
            and version.options & required == required
            and version.options & forbidden == 0
        )

    def _permits(self, use: Use, operation: int, at: int) -> bool:
        granted = self._consents[use.consent]
        return (
            operation != 0
            and operation & ~granted.operations == 0
            and self._versions[use.dataset, use.version].published_at <= at
            and granted.issued_at <= at
            and granted.not_before <= at < granted.expires_at
            and self._histories[use.consent].was_active_during(at)
        )

    def _was_sold(self, version: ModelVersion, uses: list[Use]) -> bool:
        """Whether at one time since the version was published every input's consent permitted a release for sale.

        When it was released is in an event, so each time is tried at which something may have changed.
        """
        times = {version.published_at}
        for use in uses:
            granted = self._consents[use.consent]
            times.update((granted.issued_at, granted.not_before, *self._histories[use.consent].changes()))
        possible = [time for time in times if version.published_at <= time <= self._time]
        return any(all(self._permits(use, codes.COMMERCIALISE, time) for use in uses) for time in possible)


def charge_problems(facts: Facts) -> Iterator[str]:
    """A sentence for each consent or dataset version that was charged less than its uses here come to.

    A round charges each consent of the run once, and its loss for each input. Other uses may have charged more.
    """
    rounds, losses = _carried(facts)
    spent: dict[tuple[bytes, int], int] = {}
    for run in facts.runs:
        loss = sum(one.epsilon for one in run.rounds)
        for consent in {part.consent for part in run.inputs}:
            rounds[consent] = rounds.get(consent, 0) + len(run.rounds)
        for part in run.inputs:
            losses[part.consent] = losses.get(part.consent, 0) + loss
            spent[part.dataset, part.version] = spent.get((part.dataset, part.version), 0) + loss
    for granted in facts.consents:
        used, lost = rounds.get(granted.id, 0), losses.get(granted.id, 0)
        if not used <= granted.rounds_used <= granted.max_rounds:
            yield f"consent {names.consent(granted.id)[1]} was charged other rounds than its uses come to"
        if not lost <= granted.epsilon_spent <= granted.epsilon_budget:
            yield f"consent {names.consent(granted.id)[1]} was charged another loss than its uses come to"
    for version in facts.dataset_versions:
        if spent.get((version.dataset, version.number), 0) > version.epsilon_spent:
            name, key = names.dataset_version(version.dataset, version.number)
            yield f"{name} {key} was charged less loss than its uses come to"


def _carried(facts: Facts) -> tuple[dict[bytes, int], dict[bytes, int]]:
    """The rounds and losses with which a consent began: those of the one that it superseded, which ended then."""
    consents: dict[bytes, Consent] = {fact.id: fact for fact in facts.consents}
    followers = [fact for fact in facts.consents if fact.supersedes != NONE]
    rounds = {fact.id: consents[fact.supersedes].rounds_used for fact in followers}
    losses = {fact.id: consents[fact.supersedes].epsilon_spent for fact in followers}
    return rounds, losses


def _outside(use: Use) -> str:
    return f"{use.by[0]} {use.by[1]} has a use outside consent {names.consent(use.consent)[1]}"
