"""Which storage words prove each fact, and what they must hold: all recomputed from the facts' own fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger_node.proof import codes, digests, layout, names
from ledger_node.proof.facts import (
    NONE,
    Consent,
    Dataset,
    DatasetVersion,
    Facts,
    Model,
    ModelVersion,
    Organisation,
    Recall,
    Round,
    Run,
)
from ledger_node.proof.names import Name
from ledger_node.proof.states import standings
from ledger_node.proof.terms import excludes_profit


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a contract's storage that must hold `value` (32 bytes each)."""

    contract: str
    slot: bytes
    value: bytes


def words_of(facts: Facts) -> Iterator[tuple[Name, Iterable[Word]]]:
    """For each fact its name and its words, to be read once: a run may have far more of them than its bundle has bytes.

    A consent's words name its dataset by number, a model version's its model; 0 when that fact is missing.
    """
    datasets = {fact.id: fact.number for fact in facts.datasets}
    models = {fact.id: fact.number for fact in facts.models}
    for organisation in facts.organisations:
        yield names.organisation(organisation.number), of_organisation(organisation)
    for dataset in facts.datasets:
        yield names.dataset(dataset.id), of_dataset(dataset)
    for version in facts.dataset_versions:
        yield names.dataset_version(version.dataset, version.number), of_dataset_version(version)
    for consent in facts.consents:
        yield names.consent(consent.id), of_consent(consent, datasets.get(consent.dataset, 0))
    for model in facts.models:
        yield names.model(model.id), of_model(model)
    for run in facts.runs:
        yield names.run(run.id), of_run(run)
    for model_version in facts.model_versions:
        number = models.get(model_version.model, 0)
        yield names.model_version(model_version.id), of_model_version(model_version, number)
    for recall in facts.recalls:
        yield names.recall(recall.id), of_recall(recall)


def of_organisation(fact: Organisation) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.number, layout.ORGANISATIONS)
    admin = int.from_bytes(fact.admin, "big")
    members = (admin, fact.capabilities, int(fact.for_profit), fact.voted, fact.emergency_until)
    return (
        Word(layout.CONSORTIUM, slot, layout.pack(layout.ORGANISATION_WORD, members)),
        Word(layout.CONSORTIUM, layout.slot_after(slot, layout.ORGANISATION_RECORD), digests.organisation(fact)),
    )


def of_dataset(fact: Dataset) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.DATASETS_BASE)
    members = (fact.custodian, fact.number, fact.latest, fact.lowest_usable)
    return (Word(layout.DATASETS, slot, layout.pack(layout.DATASET_WORD, members)),)


def of_dataset_version(fact: DatasetVersion) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.number, layout.slot_of_mapping(fact.dataset, layout.DATASET_VERSIONS))
    members = (
        fact.epsilon_spent,
        fact.published_at,
        fact.options,
        fact.size_class,
        fact.claim,
        fact.supersession,
        fact.opt_out_checked_at,
    )
    return (
        Word(layout.DATASETS, slot, layout.pack(layout.DATASET_VERSION_WORD, members)),
        Word(layout.DATASETS, layout.slot_after(slot, layout.DATASET_VERSION_RECORD), digests.dataset_version(fact)),
    )


def of_consent(fact: Consent, dataset: int) -> tuple[Word, ...]:
    """`dataset` is the number of the consent's dataset. The log's length is in the grant's word."""
    slot = layout.slot_of_mapping(fact.id, layout.CONSENTS_BASE)
    grant = (
        fact.grantor,
        fact.grantee,
        dataset,
        fact.not_before,
        fact.expires_at,
        fact.operations,
        fact.purposes,
        fact.condition,
        len(fact.log),
    )
    limits = (
        fact.version_from,
        fact.version_to,
        fact.max_rounds,
        fact.rounds_used,
        fact.epsilon_budget,
        fact.epsilon_spent,
        fact.regions,
        fact.deidentification,
        int(excludes_profit(fact)),
    )
    return (
        Word(layout.CONSENTS, slot, layout.pack(layout.GRANT_WORD, grant)),
        Word(layout.CONSENTS, layout.slot_after(slot, layout.CONSENT_LIMITS), layout.pack(layout.LIMITS_WORD, limits)),
        Word(layout.CONSENTS, layout.slot_after(slot, layout.CONSENT_RECORD), digests.consent(fact)),
        *_of_log(fact),
    )


def _of_log(fact: Consent) -> Iterator[Word]:
    """Each entry says how the suspensions stand after it: the sum of all entries up to it."""
    log = layout.slot_of_mapping(fact.id, layout.CONSENT_LOG)
    for position, (entry, stands) in enumerate(zip(fact.log, standings(fact.log)[1:], strict=True)):
        members = (
            entry.act,
            entry.reason,
            entry.actor,
            entry.at,
            stands.regulator_until,
            int(stands.grantor_suspended),
        )
        yield Word(layout.CONSENTS, layout.slot_of_mapping(position, log), layout.pack(layout.LOG_WORD, members))


def of_model(fact: Model) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.MODELS_BASE)
    members = (fact.publisher, fact.number, fact.latest)
    return (
        Word(layout.MODELS, slot, layout.pack(layout.MODEL_WORD, members)),
        Word(layout.MODELS, layout.slot_after(slot, layout.MODEL_RECORD), digests.model(fact)),
    )


def of_run(fact: Run) -> Iterator[Word]:
    """Where it stands (with the number of its rounds), the opening, the closing (zero before), rounds and answers."""
    slot = layout.slot_of_mapping(fact.id, layout.RUNS)
    yield Word(layout.TRAINING, slot, _run_standing(fact))
    yield Word(layout.TRAINING, layout.slot_after(slot, layout.RUN_RECORD), digests.run(fact))
    yield Word(layout.TRAINING, layout.slot_after(slot, layout.RUN_CLOSING), digests.run_closing(fact))
    for number, one in enumerate(fact.rounds, start=1):
        yield from _of_round(fact, number, one)


def _of_round(run: Run, number: int, fact: Round) -> Iterator[Word]:
    """The round, and for each input its answer; zero shows that it gave none."""
    rounds = layout.slot_of_mapping(run.id, layout.ROUNDS)
    answers = layout.slot_of_mapping(number, layout.slot_of_mapping(run.id, layout.ANSWERS))
    given = {answer.position: digests.answer(run.id, number, answer) for answer in fact.answers}
    yield Word(layout.TRAINING, layout.slot_of_mapping(number, rounds), digests.training_round(run.id, number, fact))
    for position in sorted({*range(len(run.inputs)), *given}):
        yield Word(layout.TRAINING, layout.slot_of_mapping(position, answers), given.get(position, NONE))


def _run_standing(fact: Run) -> bytes:
    """`ITrainingLog.Standing`. It keeps the counts of the last round after that round is closed."""
    last = fact.rounds[-1] if fact.rounds else None
    members = (
        fact.publisher,
        fact.outcome,
        int(any(part.operation & codes.MAKES_WEIGHTS for part in fact.inputs)),
        len(fact.inputs),
        len(fact.rounds),
        int(last is not None and last.is_open and fact.outcome == codes.OPEN),
        last.contributions if last else 0,
        last.refusals if last else 0,
        fact.opened_at,
    )
    return layout.pack(layout.RUN_WORD, members)


def of_model_version(fact: ModelVersion, model: int) -> tuple[Word, ...]:
    """`model` is the number of the version's model."""
    slot = layout.slot_of_mapping(fact.id, layout.MODEL_VERSIONS)
    members = (
        fact.publisher,
        model,
        fact.number,
        fact.published_at,
        fact.lifecycle,
        int(fact.for_sale),
        fact.recalls,
    )
    return (
        Word(layout.MODELS, slot, layout.pack(layout.MODEL_VERSION_WORD, members)),
        Word(layout.MODELS, layout.slot_after(slot, layout.MODEL_VERSION_RECORD), digests.model_version(fact)),
    )


def of_recall(fact: Recall) -> tuple[Word, ...]:
    """The word of its standing counts the acknowledgements, so that all of them are in the bitmaps shown."""
    slot = layout.slot_of_mapping(fact.id, layout.RECALLS)
    members = (fact.issuer, fact.issued_at, fact.lifted_at, len(fact.acknowledged_by))
    return (
        Word(layout.MODELS, slot, layout.pack(layout.RECALL_WORD, members)),
        Word(layout.MODELS, layout.slot_after(slot, layout.RECALL_VERSION), fact.version),
        Word(layout.MODELS, layout.slot_after(slot, layout.RECALL_RECORD), digests.recall(fact)),
        *_of_acknowledgements(fact),
    )


def _of_acknowledgements(fact: Recall) -> Iterator[Word]:
    """OpenZeppelin's BitMaps: a bit for each organisation's number, 256 to a word."""
    bitmaps = layout.slot_of_mapping(fact.id, layout.ACKNOWLEDGED)
    for bucket in sorted({number >> 8 for number in fact.acknowledged_by}):
        bits = sum(1 << (number & 0xFF) for number in set(fact.acknowledged_by) if number >> 8 == bucket)
        yield Word(layout.MODELS, layout.slot_of_mapping(bucket, bitmaps), bits.to_bytes(32, "big"))
