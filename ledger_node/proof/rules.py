"""Whether the facts of a closed lineage fit together.

The contracts keep these rules, so that proven facts always pass; looking again shows a reader that each use lay inside
its consent, and would show a contract that is not what it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger_node.proof.facts import Consent, Dataset, Facts, Input, Model, ModelVersion, Round, Run
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.names import Name, consent, dataset, dataset_version, model_version, organisation, run
from ledger_node.proof.states import History

# contracts/types/Capabilities.sol and DataUse.sol, and ITrainingLog.Outcome.
CUSTODIAN, PUBLISHER = 1, 2
TRAIN, FINE_TUNE, FEDERATED_ROUND, EXPORT_WEIGHTS = 1, 2, 16, 32
COMPLETED = 1


@dataclass(frozen=True, slots=True)
class Use:
    """A use of an input that the contract checked and recorded: a run's opening, a round's, or a version's export."""

    operation: int
    at: int


def problems(facts: Facts, time: int) -> Iterator[str]:
    """A sentence for each thing that does not fit. The facts are closed; `time` is the block's, in Unix seconds."""
    yield from _of_datasets(facts)
    models = {fact.id: fact for fact in facts.models}
    runs = {fact.id: fact for fact in facts.runs}
    versions = {fact.id: fact for fact in facts.model_versions}
    for version in facts.model_versions:
        if _misfits(version, models[version.model], runs[version.run], versions, time):
            yield _says(model_version(version.id), "does not fit its model, run, parents or time")
    datasets = {fact.id: fact for fact in facts.datasets}
    for fact in facts.runs:
        yield from _of_run(fact, models[fact.model], datasets)
    yield from _of_capabilities(facts)
    yield from _of_uses(facts)


def _of_datasets(facts: Facts) -> Iterator[str]:
    datasets = {fact.id: fact for fact in facts.datasets}
    for known in facts.datasets:
        if not known.lowest_usable <= known.latest:
            yield _says(dataset(known.id), "has no such version")
    for version in facts.dataset_versions:
        known = datasets[version.dataset]
        if version.custodian != known.custodian or not 1 <= version.number <= known.latest:
            yield _says(dataset_version(version.dataset, version.number), "does not fit its dataset")
    for granted in facts.consents:
        if granted.grantor != datasets[granted.dataset].custodian:
            yield _says(consent(granted.id), "was not granted by the dataset's custodian")
        times = [granted.issued_at, *(entry.at for entry in granted.log)]
        if times != sorted(times) or granted.rounds_used > granted.max_rounds:
            yield _says(consent(granted.id), "has a log out of order or too many rounds")


def _of_capabilities(facts: Facts) -> Iterator[str]:
    needed = {fact.custodian: CUSTODIAN for fact in facts.datasets}
    for fact in facts.models:
        needed[fact.publisher] = needed.get(fact.publisher, 0) | PUBLISHER
    for known in facts.organisations:
        if needed.get(known.number, 0) & ~known.capabilities or known.status == 0:
            yield _says(organisation(known.number), "lacks a capability")


def _misfits(fact: ModelVersion, known: Model, made_by: Run, versions: dict[bytes, ModelVersion], time: int) -> bool:
    return (
        fact.publisher != known.publisher
        or not 1 <= fact.number <= known.latest
        or made_by.model != fact.model
        or made_by.publisher != fact.publisher
        or not _was_made(fact, made_by)
        or fact.published_at > time
        or any(versions[parent].published_at > fact.published_at for parent in fact.parents)
    )


def _was_made(fact: ModelVersion, made_by: Run) -> bool:
    """Whether the run had weights to publish by then: it trained, and closed a round or, without any, completed."""
    if made_by.operation not in (TRAIN, FINE_TUNE):
        return False
    if made_by.rounds:
        first = made_by.rounds[0]
        return not first.is_open and first.closed_at <= fact.published_at
    return made_by.outcome == COMPLETED and made_by.closed_at <= fact.published_at


def _of_run(fact: Run, known: Model, datasets: dict[bytes, Dataset]) -> Iterator[str]:
    if fact.publisher != known.publisher or not fact.inputs:
        yield _says(run(fact.id), "is not a run of the model's publisher")
    times = [fact.opened_at]
    for number, one in enumerate(fact.rounds, start=1):
        times += [one.opened_at, *(part.at for part in one.contributions)]
        if not one.is_open:
            times.append(one.closed_at)
        elif number < len(fact.rounds) or fact.outcome == COMPLETED:
            yield _says(run(fact.id), f"left round {number} open")
        if not _fits(one, fact.inputs, datasets):
            yield _says(run(fact.id), f"has a contribution in round {number} that fits no input")
    if not fact.is_open:
        times.append(fact.closed_at)
    if times != sorted(times):
        yield _says(run(fact.id), "has times out of order")


def _fits(one: Round, inputs: tuple[Input, ...], datasets: dict[bytes, Dataset]) -> bool:
    """At most one contribution for each input, each by the custodian of the input's dataset; one before closing."""
    positions = [part.input for part in one.contributions]
    return (
        len(positions) == len(set(positions))
        and (one.is_open or bool(positions))
        and all(position < len(inputs) for position in positions)
        and all(part.custodian == datasets[inputs[part.input].dataset].custodian for part in one.contributions)
    )


def _of_uses(facts: Facts) -> Iterator[str]:
    """Each use against the consent's terms and log, as `ConsentRules.refusal` has them; rounds against charges."""
    consents = {fact.id: fact for fact in facts.consents}
    histories = {fact.id: History(fact.log) for fact in facts.consents}
    charged = dict.fromkeys(consents, 0)
    uses = {
        fact.id: [Use(fact.operation, fact.opened_at), *(Use(FEDERATED_ROUND, one.opened_at) for one in fact.rounds)]
        for fact in facts.runs
    }
    for version in facts.model_versions:
        uses[version.run].append(Use(EXPORT_WEIGHTS, version.published_at))
    for fact in facts.runs:
        # A round charges each consent once, however many inputs are under it.
        for shared in {used.consent for used in fact.inputs}:
            charged[shared] += len(fact.rounds)
        for used in fact.inputs:
            granted, history = consents[used.consent], histories[used.consent]
            if not _covers(granted, fact, used) or not all(_permits(granted, history, use) for use in uses[fact.id]):
                yield _says(run(fact.id), f"has a use outside consent {to_hex(used.consent)}")
    for granted in facts.consents:
        if charged[granted.id] > granted.rounds_used:
            yield _says(consent(granted.id), "was charged fewer rounds than it has")


def _covers(granted: Consent, fact: Run, used: Input) -> bool:
    return (
        granted.dataset == used.dataset
        and granted.grantee == fact.publisher
        and granted.version_from <= used.version
        and (granted.version_to == 0 or used.version <= granted.version_to)
        and fact.purposes & ~granted.purposes == 0
        and (granted.project_ref == bytes(32) or granted.project_ref == fact.project_ref)
    )


def _permits(granted: Consent, history: History, use: Use) -> bool:
    return (
        use.operation & ~granted.operations == 0
        and granted.issued_at <= use.at
        and granted.not_before <= use.at < granted.expires_at
        and history.was_active_during(use.at)
    )


def _says(name: Name, what: str) -> str:
    return f"{name[0]} {name[1]} {what}"
