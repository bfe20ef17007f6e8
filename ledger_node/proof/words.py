"""Which storage words prove each fact, and what they must hold: all recomputed from the fact's own fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger_node.proof import abi, layout, names
from ledger_node.proof.facts import (
    Consent,
    Dataset,
    DatasetVersion,
    Facts,
    Model,
    ModelVersion,
    Organisation,
    Round,
    Run,
)
from ledger_node.proof.hashing import keccak256
from ledger_node.proof.names import Name
from ledger_node.proof.states import standing


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a contract's storage that must hold `value` (32 bytes each)."""

    contract: str
    slot: bytes
    value: bytes


def words_of(facts: Facts) -> Iterator[tuple[Name, tuple[Word, ...]]]:
    """For each fact its name and its words."""
    for organisation in facts.organisations:
        yield names.organisation(organisation.number), of_organisation(organisation)
    for dataset in facts.datasets:
        yield names.dataset(dataset.id), of_dataset(dataset)
    for version in facts.dataset_versions:
        yield names.dataset_version(version.dataset, version.number), of_dataset_version(version)
    for consent in facts.consents:
        yield names.consent(consent.id), of_consent(consent)
    for model in facts.models:
        yield names.model(model.id), of_model(model)
    for run in facts.runs:
        yield names.run(run.id), of_run(run)
    for model_version in facts.model_versions:
        yield names.model_version(model_version.id), of_model_version(model_version)


def of_organisation(fact: Organisation) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.number, layout.ORGANISATIONS)
    members = (int.from_bytes(fact.admin, "big"), fact.capabilities, int(fact.for_profit), fact.status)
    name = keccak256(fact.name.encode())
    digest = abi.digest(fact.number, fact.admin, fact.capabilities, fact.for_profit, name)
    return (
        Word(layout.CONSORTIUM, slot, layout.pack(layout.ORGANISATION_WORD, members)),
        Word(layout.CONSORTIUM, layout.slot_after(slot, layout.ORGANISATION_RECORD), digest),
    )


def of_dataset(fact: Dataset) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.DATASETS_BASE)
    members = (fact.custodian, fact.latest, fact.lowest_usable)
    return (Word(layout.DATASETS, slot, layout.pack(layout.DATASET_WORD, members)),)


def of_dataset_version(fact: DatasetVersion) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.number, layout.slot_of_mapping(fact.dataset, layout.DATASET_VERSIONS))
    return (Word(layout.DATASETS, slot, dataset_version_digest(fact)),)


def of_consent(fact: Consent) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.CONSENTS_BASE)
    log = layout.slot_of_mapping(fact.id, layout.CONSENT_LOG)
    now = standing(fact.log)
    grant = (
        fact.grantor,
        fact.grantee,
        fact.not_before,
        fact.expires_at,
        fact.operations,
        fact.purposes,
        len(fact.log),
    )
    limits = (
        fact.version_from,
        fact.version_to,
        fact.max_rounds,
        fact.rounds_used,
        now.regulator_until,
        now.revoked_at,
        int(now.grantor_suspended),
    )
    entries = (
        Word(
            layout.CONSENTS,
            layout.slot_of_mapping(position, log),
            layout.pack(layout.LOG_WORD, (entry.act, entry.reason, entry.actor, entry.at, entry.until)),
        )
        for position, entry in enumerate(fact.log)
    )
    return (
        Word(layout.CONSENTS, slot, layout.pack(layout.GRANT_WORD, grant)),
        Word(layout.CONSENTS, layout.slot_after(slot, layout.CONSENT_LIMITS), layout.pack(layout.LIMITS_WORD, limits)),
        Word(layout.CONSENTS, layout.slot_after(slot, layout.CONSENT_RECORD), consent_digest(fact)),
        *entries,
    )


def of_model(fact: Model) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.MODELS_BASE)
    digest = abi.digest(fact.id, fact.publisher, fact.card_digest)
    return (
        Word(layout.MODELS, slot, layout.pack(layout.MODEL_WORD, (fact.publisher, fact.latest))),
        Word(layout.MODELS, layout.slot_after(slot, layout.MODEL_RECORD), digest),
    )


def of_run(fact: Run) -> tuple[Word, ...]:
    """Where it stands (with the number of its rounds), the opening, the closing (zero before), and each round."""
    slot = layout.slot_of_mapping(fact.id, layout.RUNS)
    rounds = layout.slot_of_mapping(fact.id, layout.ROUNDS)
    return (
        Word(layout.TRAINING, layout.slot_after(slot, layout.RUN_PROGRESS), run_progress(fact)),
        Word(layout.TRAINING, layout.slot_after(slot, layout.RUN_RECORD), run_digest(fact)),
        Word(layout.TRAINING, layout.slot_after(slot, layout.RUN_CLOSING), run_closing_digest(fact)),
        *(
            Word(layout.TRAINING, layout.slot_of_mapping(number, rounds), round_digest(fact.id, number, part))
            for number, part in enumerate(fact.rounds, start=1)
        ),
    )


def of_model_version(fact: ModelVersion) -> tuple[Word, ...]:
    slot = layout.slot_of_mapping(fact.id, layout.MODEL_VERSIONS)
    return (Word(layout.MODELS, slot, model_version_digest(fact)),)


def dataset_version_digest(fact: DatasetVersion) -> bytes:
    """`IDatasetRegistry.recordDigestOf`."""
    return abi.digest(
        fact.dataset,
        fact.number,
        fact.custodian,
        fact.published_at,
        fact.root,
        fact.card_digest,
        fact.attestation_digest,
        fact.options,
        fact.size_class,
        fact.claim,
        fact.supersession,
        fact.opt_out_checked_at,
    )


def consent_digest(fact: Consent) -> bytes:
    """`IConsentToken.recordDigestOf`: the terms as issued."""
    return abi.digest(
        fact.id,
        fact.grantor,
        fact.issued_at,
        fact.dataset,
        fact.grantee,
        fact.version_from,
        fact.version_to,
        fact.basis,
        fact.purposes,
        fact.operations,
        fact.not_before,
        fact.expires_at,
        fact.max_rounds,
        fact.project_ref,
        fact.policy_digest,
    )


def run_digest(fact: Run) -> bytes:
    """`ITrainingLog.recordDigestOf`: the opening and the inputs in their order."""
    inputs = b"".join(abi.encode(part.dataset, part.version, part.consent) for part in fact.inputs)
    return abi.digest(
        fact.id,
        fact.publisher,
        fact.opened_at,
        fact.model,
        fact.operation,
        fact.purposes,
        fact.project_ref,
        fact.card_digest,
        keccak256(inputs),
    )


def run_progress(fact: Run) -> bytes:
    """`TrainingLog.Progress`. It keeps the last round's contributions after that round is closed."""
    last = fact.rounds[-1] if fact.rounds else None
    contributed = 0
    for part in last.contributions if last else ():
        contributed |= 1 << part.input
    members = (
        fact.publisher,
        fact.operation,
        fact.purposes,
        fact.outcome,
        fact.opened_at,
        len(fact.inputs),
        len(fact.rounds),
        int(last is not None and last.is_open and fact.outcome == 0),
        len(last.contributions) if last else 0,
        contributed,
    )
    return layout.pack(layout.RUN_WORD, members)


def run_closing_digest(fact: Run) -> bytes:
    """`ITrainingLog.closingDigestOf`."""
    if fact.is_open:
        return bytes(32)
    return abi.digest(fact.id, fact.outcome, fact.result_digest, fact.closed_at, len(fact.rounds))


def round_digest(run: bytes, number: int, fact: Round) -> bytes:
    """`ITrainingLog.roundDigestOf`: a chain over the round's opening, contributions and closing."""
    digest = abi.digest(run, number, fact.opened_at)
    for part in fact.contributions:
        digest = abi.digest(digest, part.custodian, part.input, part.update_digest, part.consent_state, part.at)
    if fact.is_open:
        return digest
    return abi.digest(digest, fact.aggregate_digest, len(fact.contributions), fact.closed_at)


def model_version_digest(fact: ModelVersion) -> bytes:
    """`IModelRegistry.recordDigestOf`."""
    return abi.digest(
        fact.id,
        fact.model,
        fact.publisher,
        fact.number,
        fact.published_at,
        fact.run,
        fact.artifact_digest,
        fact.card_digest,
        keccak256(b"".join(fact.parents)),
    )
