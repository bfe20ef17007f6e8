"""What a report says of a fact beyond its fields, in a sentence."""

from __future__ import annotations

from ledger_node.proof import codes, names
from ledger_node.proof.facts import Consent, Facts, ModelVersion, Organisation, Recall, Run
from ledger_node.proof.names import Name
from ledger_node.proof.states import REVOKED, state_at


def about(facts: Facts, at: int, time: int) -> dict[Name, str]:
    """A sentence for each fact that has something to say beyond its fields.

    States that a log or a time tells are those of `at`; all others are those of the block, whose time is `time`.
    """
    asked, later = ("at the as-of block", "") if at == time else ("at the time asked about", " at the as-of block")
    said = {names.organisation(fact.number): _of_organisation(fact, time) for fact in facts.organisations}
    said |= {names.consent(fact.id): _of_consent(fact, at, asked, later) for fact in facts.consents}
    said |= {names.run(fact.id): _of_run(fact) for fact in facts.runs}
    said |= {names.model_version(fact.id): _of_version(fact, later) for fact in facts.model_versions}
    said |= {names.recall(fact.id): _of_recall(fact, at, later) for fact in facts.recalls}
    for version in facts.dataset_versions:
        if version.derivation is not None:
            name = names.dataset_version(version.dataset, version.number)
            said[name] = f"derived from {len(version.derivation.parents)} other dataset versions"
    return said


def _of_organisation(fact: Organisation, time: int) -> str:
    emergency = fact.voted == codes.ACTIVE and time < fact.emergency_until
    if fact.voted == codes.ACTIVE and not emergency:
        return fact.name
    status = "removed" if fact.voted == codes.REMOVED else "suspended"
    return f"{fact.name}, {status} at the as-of block" + (" by a regulator, in an emergency" if emergency else "")


def _of_consent(fact: Consent, at: int, asked: str, later: str) -> str:
    state = state_at(fact.log, at)
    if state != REVOKED and not fact.not_before <= at < fact.expires_at:
        state = "NOT_YET_VALID" if at < fact.not_before else "EXPIRED"
    return (
        f"{state} {asked}, {fact.rounds_used} of {fact.max_rounds} rounds and "
        f"{fact.epsilon_spent} of {fact.epsilon_budget} millionths of epsilon used{later}"
    )


def _of_run(fact: Run) -> str:
    answers = [answer for one in fact.rounds for answer in one.answers]
    late = sum(answer.consent_state != 0 and answer.refusal == 0 for answer in answers)
    refused = sum(answer.refusal != 0 for answer in answers)
    outcome = ("open", "completed", "abandoned")[min(fact.outcome, 2)]
    return (
        f"{outcome}, {len(fact.rounds)} rounds, {len(answers) - refused} contributions, {late} of them after a consent "
        f"lapsed, {refused} refusals"
    )


def _of_version(fact: ModelVersion, later: str) -> str:
    lifecycle = ("unknown", "published", "released", "deprecated", "withdrawn")[min(fact.lifecycle, 4)]
    words = [lifecycle + (" for sale" if fact.for_sale else ""), f"{fact.recalls} recalls stand{later}"]
    return ", ".join(["an import, made elsewhere", *words] if fact.is_import else words)


def _of_recall(fact: Recall, at: int, later: str) -> str:
    severity = ("minor", "serious", "critical")[min(fact.severity, 2)]
    if at < fact.issued_at:
        return f"{severity}, issued after the time asked about"
    stands = fact.stands or at < fact.lifted_at
    return (
        f"{severity}, {'stands' if stands else 'was lifted'}, {len(fact.acknowledged_by)} organisations read it{later}"
    )
