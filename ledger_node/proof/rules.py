"""Whether the facts of a closed lineage fit together.

The contracts keep these rules, so that proven facts always pass; looking again shows a reader that each use lay inside
its consent, and would show a contract that is not what it should be. The terms and logs of consents are in `terms`,
uses and charges in `uses`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.proof import codes, names, terms
from ledger_node.proof.facts import NONE, DatasetVersion, Facts, ModelVersion, Organisation, Recall, Round, Run
from ledger_node.proof.names import Name
from ledger_node.proof.uses import Uses, charge_problems


def problems(facts: Facts, time: int) -> Iterator[str]:
    """A sentence for each thing that does not fit. The facts are closed; `time` is the block's, in Unix seconds."""
    yield from _of_organisations(facts)
    yield from _of_datasets(facts)
    yield from _of_dataset_versions(facts)
    yield from _of_consents(facts, time)
    yield from _of_runs(facts, time)
    yield from _of_model_versions(facts, time)
    yield from _of_recalls(facts, time)
    yield from Uses(facts, time).problems()
    yield from charge_problems(facts)


def _of_organisations(facts: Facts) -> Iterator[str]:
    needed = {fact.custodian: codes.CUSTODIAN for fact in facts.datasets}
    for fact in facts.models:
        needed[fact.publisher] = needed.get(fact.publisher, 0) | codes.PUBLISHER
    for known in facts.organisations:
        if needed.get(known.number, 0) & ~known.capabilities:
            yield _says(names.organisation(known.number), "lacks a capability")
        if known.voted not in (codes.ACTIVE, codes.SUSPENDED, codes.REMOVED):
            yield _says(names.organisation(known.number), "was never admitted")


def _of_datasets(facts: Facts) -> Iterator[str]:
    for known in facts.datasets:
        if known.number == 0 or not min(known.latest, 1) <= known.lowest_usable <= known.latest:
            yield _says(names.dataset(known.id), "has no such number or version")
    numbers = [fact.number for fact in facts.datasets]
    if len(numbers) != len(set(numbers)):
        yield "two datasets have the same number"


def _of_dataset_versions(facts: Facts) -> Iterator[str]:
    datasets = {fact.id: fact for fact in facts.datasets}
    versions = {(fact.dataset, fact.number): fact for fact in facts.dataset_versions}
    for fact in facts.dataset_versions:
        known, name = datasets[fact.dataset], names.dataset_version(fact.dataset, fact.number)
        if fact.custodian != known.custodian or not 1 <= fact.number <= known.latest:
            yield _says(name, "does not fit its dataset")
        if fact.supersession == codes.WITHDRAWAL and fact.number > known.lowest_usable:
            yield _says(name, "withdraws what its dataset still offers")
        if not _is_publishable(fact):
            yield _says(name, "could not have been published")
        if fact.derivation is not None and not _is_derivable(fact, versions):
            yield _says(name, "could not have been derived from its parents")
    in_order = sorted(facts.dataset_versions, key=lambda fact: (fact.dataset, fact.number))
    if in_order != sorted(in_order, key=lambda fact: (fact.dataset, fact.published_at)):
        yield "the versions of a dataset are out of order"


def _is_publishable(fact: DatasetVersion) -> bool:
    return (
        NONE not in (fact.root, fact.card_digest, fact.attestation_digest)
        and fact.options <= codes.ALL_OPTIONS
        and (fact.supersession == codes.FIRST) == (fact.number == 1)
        and fact.opt_out_checked_at <= fact.published_at
    )


def _is_derivable(fact: DatasetVersion, versions: dict[tuple[bytes, int], DatasetVersion]) -> bool:
    """From 1 to 16 versions that were there before; without a consent only from the same custodian's."""
    assert fact.derivation is not None
    parents = [(parent, versions[parent.dataset, parent.version]) for parent in fact.derivation.parents]
    return bool(parents) and all(
        known.published_at <= fact.published_at
        and (parent.dataset != fact.dataset or parent.version < fact.number)
        and (parent.consent != NONE or known.custodian == fact.custodian)
        for parent, known in parents
    )


def _of_consents(facts: Facts, time: int) -> Iterator[str]:
    custodians = {fact.id: fact.custodian for fact in facts.datasets}
    organisations = {fact.number: fact for fact in facts.organisations}
    consents = {fact.id: fact for fact in facts.consents}
    for granted in facts.consents:
        name = names.consent(granted.id)
        if granted.grantor != custodians[granted.dataset]:
            yield _says(name, "was not granted by the dataset's custodian")
        if not organisations[granted.grantee].capabilities & (codes.PUBLISHER | codes.CUSTODIAN):
            yield _says(name, "was granted to one who cannot use data")
        if not terms.are_sound(granted):
            yield _says(name, "has terms that contradict themselves")
        if not terms.log_is_sound(granted, organisations, time):
            yield _says(name, "has a log that could not have been written")
        if granted.supersedes != NONE and not terms.follows(granted, consents[granted.supersedes]):
            yield _says(name, "could not have superseded the one that it names")
    superseded = [granted.supersedes for granted in facts.consents if granted.supersedes != NONE]
    if len(superseded) != len(set(superseded)):
        yield "two consents supersede the same one"


def _of_runs(facts: Facts, time: int) -> Iterator[str]:
    custodians = {fact.id: fact.custodian for fact in facts.datasets}
    for fact in facts.runs:
        name = names.run(fact.id)
        if not _is_openable(fact):
            yield _says(name, "has inputs or a card with which no run is opened")
        if not _closed_well(fact):
            yield _says(name, "has an outcome that does not fit its result or rounds")
        for number, one in enumerate(fact.rounds, start=1):
            if one.is_open and number < len(fact.rounds):
                yield _says(name, f"left round {number} open")
            if not _fits(one, fact, custodians):
                yield _says(name, f"has an answer or a closing in round {number} that does not fit")
        if not _in_order(fact, time):
            yield _says(name, "has times out of order")


def _is_openable(fact: Run) -> bool:
    operations = (codes.TRAIN, codes.FINE_TUNE, codes.VALIDATE, codes.TEST)
    return (
        fact.card_digest != NONE
        and len(fact.inputs) == len(set(fact.inputs))
        and all(part.operation in operations for part in fact.inputs)
    )


def _closed_well(fact: Run) -> bool:
    if (fact.outcome == codes.OPEN) != (fact.closed_at == 0):
        return False
    if fact.outcome == codes.COMPLETED:
        return fact.result_digest != NONE and not any(one.is_open for one in fact.rounds)
    return fact.outcome in (codes.OPEN, codes.ABANDONED) and fact.result_digest == NONE


def _fits(one: Round, fact: Run, custodians: dict[bytes, int]) -> bool:
    """At most one answer for each input, by the custodian of its dataset; an aggregate exactly of contributions."""
    positions = [answer.position for answer in one.answers]
    return (
        len(positions) == len(set(positions))
        and all(position < len(fact.inputs) for position in positions)
        and all(
            answer.custodian == custodians[fact.inputs[answer.position].dataset]
            and (answer.refusal == 0) == (answer.update_digest != NONE)
            for answer in one.answers
        )
        and (one.is_open or (one.contributions == 0) == (one.aggregate_digest == NONE))
    )


def _in_order(fact: Run, time: int) -> bool:
    """Answers stand by position, so those of one round are compared with its opening and its closing."""
    times = [fact.opened_at]
    for one in fact.rounds:
        times += [one.opened_at, *sorted(answer.at for answer in one.answers)]
        times += [] if one.is_open else [one.closed_at]
    times += [] if fact.is_open else [fact.closed_at]
    return [*times, time] == sorted([*times, time])


def _of_model_versions(facts: Facts, time: int) -> Iterator[str]:
    models = {fact.id: fact for fact in facts.models}
    runs = {fact.id: fact for fact in facts.runs}
    versions = {fact.id: fact for fact in facts.model_versions}
    standing: dict[bytes, int] = {}
    for recall in facts.recalls:
        standing[recall.version] = standing.get(recall.version, 0) + recall.stands
    for fact in facts.model_versions:
        known, name = models[fact.model], names.model_version(fact.id)
        if fact.publisher != known.publisher or not 1 <= fact.number <= known.latest:
            yield _says(name, "does not fit its model")
        if NONE in (fact.artifact_digest, fact.card_digest) or not _stands(fact):
            yield _says(name, "could not have been published, or cannot stand so")
        if not fact.is_import and not _was_made(fact, runs[fact.run]):
            yield _says(name, "is not of a completed run of its model that trained something")
        if fact.published_at > time or any(versions[key].published_at > fact.published_at for key in fact.parents):
            yield _says(name, "has times out of order")
        if fact.recalls != standing.get(fact.id, 0):
            yield _says(name, "has other recalls that stand than those shown")


def _was_made(fact: ModelVersion, run: Run) -> bool:
    return (
        (run.model, run.publisher, run.outcome) == (fact.model, fact.publisher, codes.COMPLETED)
        and any(part.operation & codes.MAKES_WEIGHTS for part in run.inputs)
        and run.closed_at <= fact.published_at
    )


def _stands(fact: ModelVersion) -> bool:
    # What was made elsewhere from what is here would pass by its parents' consents.
    sellable = not (fact.is_import and fact.parents)
    return (sellable or not fact.for_sale) and codes.PUBLISHED + fact.for_sale <= fact.lifecycle <= codes.WITHDRAWN


def _of_recalls(facts: Facts, time: int) -> Iterator[str]:
    versions = {fact.id: fact for fact in facts.model_versions}
    organisations = {fact.number: fact for fact in facts.organisations}
    for fact in facts.recalls:
        name = names.recall(fact.id)
        if not _may_recall(fact, versions[fact.version], organisations):
            yield _says(name, "is by one who may not recall the version, or name that replacement")
        times = [versions[fact.version].published_at, fact.issued_at, fact.lifted_at or fact.issued_at, time]
        if fact.notice_digest == NONE or times != sorted(times):
            yield _says(name, "has no notice, or times out of order")


def _may_recall(fact: Recall, version: ModelVersion, organisations: dict[int, Organisation]) -> bool:
    """Its publisher or a regulator; a replacement, which is another version, only by the publisher."""
    is_publisher = fact.issuer == version.publisher
    if fact.replacement != NONE:
        return is_publisher and fact.replacement != version.id
    return is_publisher or organisations[fact.issuer].capabilities & codes.REGULATOR != 0


def _says(name: Name, what: str) -> str:
    return f"{name[0]} {name[1]} {what}"
