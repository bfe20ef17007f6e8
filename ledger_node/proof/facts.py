"""The facts of a lineage, as they stand at the end of one block.

Ids, digests, roots and commitments are 32 bytes (all zero for none), addresses 20 bytes; organisations are numbers from
1; times are Unix seconds; losses are millionths of epsilon; masks and enums are the numbers of `contracts/types`.
`schema` says how each is written in JSON, `words` which storage words prove it, `lineage` how they hang together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NONE = bytes(32)


@dataclass(frozen=True, slots=True)
class Organisation:
    """As admitted (`IConsortium.Admission`), with its admin key now.

    `voted` is what votes say of it (1 active, 2 suspended, 3 removed); `emergency_until` when a regulator's emergency
    suspension ends, or ended, 0 for none.
    """

    number: int
    name: str
    admin: bytes
    capabilities: int
    for_profit: bool
    voted: int
    emergency_until: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """`number` is its place in the order of registration, from 1.

    `latest` is the newest version's number, `lowest_usable` the first that takes new runs and rounds.
    """

    id: bytes
    custodian: int
    number: int
    latest: int
    lowest_usable: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What a use is for, and where. `condition` is a MONDO number, 0 for none in particular."""

    purposes: int
    regions: int
    condition: int
    project_ref: bytes


@dataclass(frozen=True, slots=True)
class Parent:
    """A dataset version that another was derived from. `consent` is zero for a dataset of the same custodian."""

    dataset: bytes
    version: int
    consent: bytes


@dataclass(frozen=True, slots=True)
class Derivation:
    """Of what a dataset version was derived, in the order of the chain, and what for."""

    scope: Scope
    parents: tuple[Parent, ...]


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """All fields of `IDatasetRegistry.recordDigestOf`, and the loss charged to it under all consents."""

    dataset: bytes
    number: int
    custodian: int
    published_at: int
    root: bytes
    card_digest: bytes
    attestation_digest: bytes
    options: int
    size_class: int
    claim: int
    supersession: int
    opt_out_checked_at: int
    derivation: Derivation | None
    epsilon_spent: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act on a consent. `actor` is 0 for a vote; `until` is 0 except for a regulator's or a vote's suspension."""

    act: int
    reason: int
    actor: int
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Consent:
    """All fields of `IConsentToken.recordDigestOf`, what of its limits is used, and the whole log in its order.

    `rounds_used` and `epsilon_spent` begin with what the consent that it supersedes had used.
    """

    id: bytes
    grantor: int
    issued_at: int
    dataset: bytes
    grantee: int
    version_from: int
    version_to: int
    basis: int
    permission: int
    modifiers: int
    purposes: int
    operations: int
    condition: int
    regions: int
    deidentification: int
    not_before: int
    expires_at: int
    max_rounds: int
    epsilon_budget: int
    project_ref: bytes
    policy_digest: bytes
    request: bytes
    supersedes: bytes
    rounds_used: int
    epsilon_spent: int
    log: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """All fields of `IModelRegistry.modelDigestOf`, its place in the order of registration, and its newest version."""

    id: bytes
    publisher: int
    number: int
    card_digest: bytes
    latest: int


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset version used under a consent. `operation` is one bit: train, fine-tune, validate or test."""

    dataset: bytes
    version: int
    consent: bytes
    operation: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hospital answered to a round: a contribution, or a refusal without a digest.

    `position` is the input's place, from 0; `refusal` is 0 for a contribution; `consent_state` is a `Reason`, 0 for OK.
    """

    position: int
    custodian: int
    update_digest: bytes
    refusal: int
    consent_state: int
    at: int


@dataclass(frozen=True, slots=True)
class Round:
    """A round; its number is its place in the run, from 1. Answers are in rising order of position.

    `epsilon` was charged for each input. While it is open, `closed_at` is 0; only a run's last round may be.
    """

    epsilon: int
    opened_at: int
    answers: tuple[Answer, ...]
    aggregate_digest: bytes
    closed_at: int

    @property
    def is_open(self) -> bool:
        return not any(self.aggregate_digest) and self.closed_at == 0

    @property
    def contributions(self) -> int:
        return sum(answer.refusal == 0 for answer in self.answers)

    @property
    def refusals(self) -> int:
        return len(self.answers) - self.contributions


@dataclass(frozen=True, slots=True)
class Run:
    """All fields of `ITrainingLog.recordDigestOf` and `closingDigestOf`, and every round.

    `outcome` is 0 open, 1 completed, 2 abandoned; while open, `result_digest` is zero and `closed_at` 0.
    """

    id: bytes
    publisher: int
    opened_at: int
    model: bytes
    scope: Scope
    card_digest: bytes
    code_digest: bytes
    container_digest: bytes
    inputs: tuple[Input, ...]
    rounds: tuple[Round, ...]
    outcome: int
    result_digest: bytes
    closed_at: int

    @property
    def is_open(self) -> bool:
        return self.outcome == 0 and not any(self.result_digest) and self.closed_at == 0


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """All fields of `IModelRegistry.recordDigestOf`, and where it stands; `parents` in the order of the chain.

    `run` is zero for an import; `lifecycle` is 1 published, 2 released, 3 deprecated, 4 withdrawn; `recalls` counts the
    recalls that stand.
    """

    id: bytes
    model: bytes
    publisher: int
    number: int
    published_at: int
    run: bytes
    artifact_digest: bytes
    card_digest: bytes
    parents: tuple[bytes, ...]
    lifecycle: int
    for_sale: bool
    recalls: int

    @property
    def is_import(self) -> bool:
        return self.run == NONE


@dataclass(frozen=True, slots=True)
class Recall:
    """All fields of `IModelRegistry.recallDigestOf`, and where it stands: `lifted_at` is 0 while it does.

    `acknowledged_by` are the organisations that said that they read it, in rising order.
    """

    id: bytes
    version: bytes
    issuer: int
    severity: int
    notice_digest: bytes
    replacement: bytes
    issued_at: int
    lifted_at: int
    acknowledged_by: tuple[int, ...]

    @property
    def stands(self) -> bool:
        return self.lifted_at == 0


@dataclass(frozen=True, slots=True)
class Facts:
    """A lineage: each thing once, in rising order of its number or id (dataset versions: dataset, then number)."""

    organisations: tuple[Organisation, ...]
    datasets: tuple[Dataset, ...]
    dataset_versions: tuple[DatasetVersion, ...]
    consents: tuple[Consent, ...]
    models: tuple[Model, ...]
    runs: tuple[Run, ...]
    model_versions: tuple[ModelVersion, ...]
    recalls: tuple[Recall, ...]


def ordered(facts: Facts) -> Facts:
    """The same facts in the order that `Facts` wants, and each round's answers in theirs."""
    return Facts(
        organisations=tuple(sorted(facts.organisations, key=lambda fact: fact.number)),
        datasets=tuple(sorted(facts.datasets, key=lambda fact: fact.id)),
        dataset_versions=tuple(sorted(facts.dataset_versions, key=lambda fact: (fact.dataset, fact.number))),
        consents=tuple(sorted(facts.consents, key=lambda fact: fact.id)),
        models=tuple(sorted(facts.models, key=lambda fact: fact.id)),
        runs=tuple(sorted((_ordered_run(fact) for fact in facts.runs), key=lambda fact: fact.id)),
        model_versions=tuple(sorted(facts.model_versions, key=lambda fact: fact.id)),
        recalls=tuple(sorted(facts.recalls, key=lambda fact: fact.id)),
    )


def _ordered_run(fact: Run) -> Run:
    rounds = (
        replace(one, answers=tuple(sorted(one.answers, key=lambda answer: answer.position))) for one in fact.rounds
    )
    return replace(fact, rounds=tuple(rounds))
