"""The record digests of facts, as the contracts make them: the formulas of `contracts/interfaces`."""

from __future__ import annotations

from ledger_node.proof import abi
from ledger_node.proof.facts import (
    NONE,
    Answer,
    Consent,
    DatasetVersion,
    Derivation,
    Model,
    ModelVersion,
    Organisation,
    Recall,
    Round,
    Run,
    Scope,
)
from ledger_node.proof.hashing import keccak256


def organisation(fact: Organisation) -> bytes:
    """`IConsortium.recordDigestOf`."""
    return abi.digest(fact.number, fact.capabilities, fact.for_profit, keccak256(fact.name.encode()))


def dataset_version(fact: DatasetVersion) -> bytes:
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
        NONE if fact.derivation is None else derivation(fact.derivation),
    )


def derivation(fact: Derivation) -> bytes:
    """keccak256(abi.encode(scope, parents)): the scope's words, where the list begins, and the list."""
    head = (*_scope(fact.scope), abi.WORD * (len(_scope(fact.scope)) + 1))
    parents = [abi.encode(part.dataset, part.version, part.consent) for part in fact.parents]
    return keccak256(abi.encode(*head) + _listed(parents))


def consent(fact: Consent) -> bytes:
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
        fact.permission,
        fact.modifiers,
        fact.purposes,
        fact.operations,
        fact.condition,
        fact.regions,
        fact.deidentification,
        fact.not_before,
        fact.expires_at,
        fact.max_rounds,
        fact.epsilon_budget,
        fact.project_ref,
        fact.policy_digest,
        fact.request,
        fact.supersedes,
    )


def model(fact: Model) -> bytes:
    """`IModelRegistry.modelDigestOf`."""
    return abi.digest(fact.id, fact.publisher, fact.card_digest)


def run(fact: Run) -> bytes:
    """`ITrainingLog.recordDigestOf`: the opening, and the inputs in their order."""
    inputs = [abi.encode(part.dataset, part.version, part.consent, part.operation) for part in fact.inputs]
    return abi.digest(
        fact.id,
        fact.publisher,
        fact.opened_at,
        fact.model,
        *_scope(fact.scope),
        fact.card_digest,
        fact.code_digest,
        fact.container_digest,
        keccak256(abi.encode(abi.WORD) + _listed(inputs)),
    )


def run_closing(fact: Run) -> bytes:
    """`ITrainingLog.closingDigestOf`."""
    if fact.is_open:
        return NONE
    return abi.digest(fact.id, fact.outcome, fact.result_digest, fact.closed_at, len(fact.rounds))


def training_round(run: bytes, number: int, fact: Round) -> bytes:
    """`ITrainingLog.roundDigestOf`: the opening, then over it the closing with the counts of answers."""
    digest = abi.digest(run, number, fact.epsilon, fact.opened_at)
    if fact.is_open:
        return digest
    return abi.digest(digest, fact.aggregate_digest, fact.contributions, fact.refusals, fact.closed_at)


def answer(run: bytes, number: int, fact: Answer) -> bytes:
    """`ITrainingLog.answerDigestOf`."""
    return abi.digest(
        run, number, fact.position, fact.custodian, fact.update_digest, fact.refusal, fact.consent_state, fact.at
    )


def model_version(fact: ModelVersion) -> bytes:
    """`IModelRegistry.recordDigestOf`."""
    return abi.digest(
        fact.id,
        fact.publisher,
        fact.number,
        fact.published_at,
        fact.model,
        fact.run,
        fact.artifact_digest,
        fact.card_digest,
        keccak256(b"".join(fact.parents)),
    )


def recall(fact: Recall) -> bytes:
    """`IModelRegistry.recallDigestOf`."""
    return abi.digest(
        fact.id, fact.version, fact.issuer, fact.severity, fact.notice_digest, fact.replacement, fact.issued_at
    )


def _scope(fact: Scope) -> tuple[abi.Value, ...]:
    return fact.purposes, fact.regions, fact.condition, fact.project_ref


def _listed(parts: list[bytes]) -> bytes:
    """A dynamic array of static structs: its length, then each."""
    return abi.encode(len(parts)) + b"".join(parts)
