"""The facts of a model version's lineage, as they stand at the end of one block.

Ids, digests, roots and commitments are 32 bytes, addresses 20 bytes; organisations are numbers from 1; times are Unix
seconds; masks and enums are the numbers of `contracts/types`. `schema` says how each is written in JSON, `words` which
storage words prove it, `lineage` how they hang together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Organisation:
    """As admitted (`IConsortium.Admission`), and its status now (1 active, 2 suspended)."""

    number: int
    name: str
    admin: bytes
    capabilities: int
    for_profit: bool
    status: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """`latest` is the newest version's number, `lowest_usable` the first that takes new runs and rounds."""

    id: bytes
    custodian: int
    latest: int
    lowest_usable: int


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """All fields of `IDatasetRegistry.recordDigestOf`."""

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


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act on a consent. `until` is 0 except for a regulator's suspension."""

    act: int
    reason: int
    actor: int
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Consent:
    """All fields of `IConsentToken.recordDigestOf`, the rounds charged so far, and the whole log in its order."""

    id: bytes
    grantor: int
    issued_at: int
    dataset: bytes
    grantee: int
    version_from: int
    version_to: int
    basis: int
    purposes: int
    operations: int
    not_before: int
    expires_at: int
    max_rounds: int
    project_ref: bytes
    policy_digest: bytes
    rounds_used: int
    log: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """All fields of `IModelRegistry.modelDigestOf`, and the newest version's number."""

    id: bytes
    publisher: int
    card_digest: bytes
    latest: int


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset version used under a consent."""

    dataset: bytes
    version: int
    consent: bytes


@dataclass(frozen=True, slots=True)
class Contribution:
    """A hospital's part in a round. `input` counts from 0; `consent_state` is a `Reason`, 0 for OK."""

    custodian: int
    input: int
    update_digest: bytes
    consent_state: int
    at: int


@dataclass(frozen=True, slots=True)
class Round:
    """A round; its number is its place in the run, from 1. Contributions are in the order of the chain.

    While it is open, `aggregate_digest` is zero and `closed_at` 0. Only a run's last round may be.
    """

    opened_at: int
    contributions: tuple[Contribution, ...]
    aggregate_digest: bytes
    closed_at: int

    @property
    def is_open(self) -> bool:
        return not any(self.aggregate_digest) and self.closed_at == 0


@dataclass(frozen=True, slots=True)
class Run:
    """All fields of `ITrainingLog.recordDigestOf` and `closingDigestOf`, and every round.

    `outcome` is 0 open, 1 completed, 2 abandoned; while open, `result_digest` is zero and `closed_at` 0.
    """

    id: bytes
    publisher: int
    opened_at: int
    model: bytes
    operation: int
    purposes: int
    project_ref: bytes
    card_digest: bytes
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
    """All fields of `IModelRegistry.recordDigestOf`; `parents` in the order of the chain."""

    id: bytes
    model: bytes
    publisher: int
    number: int
    published_at: int
    run: bytes
    artifact_digest: bytes
    card_digest: bytes
    parents: tuple[bytes, ...]


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


def ordered(facts: Facts) -> Facts:
    """The same facts in the order that `Facts` wants."""
    return Facts(
        organisations=tuple(sorted(facts.organisations, key=lambda fact: fact.number)),
        datasets=tuple(sorted(facts.datasets, key=lambda fact: fact.id)),
        dataset_versions=tuple(sorted(facts.dataset_versions, key=lambda fact: (fact.dataset, fact.number))),
        consents=tuple(sorted(facts.consents, key=lambda fact: fact.id)),
        models=tuple(sorted(facts.models, key=lambda fact: fact.id)),
        runs=tuple(sorted(facts.runs, key=lambda fact: fact.id)),
        model_versions=tuple(sorted(facts.model_versions, key=lambda fact: fact.id)),
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A public document that a fact names by the sha-256 of its bytes, and who put that digest on chain."""

    digest: bytes
    what: str
    organisation: int


def documents_of(facts: Facts) -> tuple[Document, ...]:
    """Every document that the facts name, by digest. One that is named twice stands once, as first named."""
    named = [
        *(Document(v.card_digest, "card of a dataset version", v.custodian) for v in facts.dataset_versions),
        *(Document(v.attestation_digest, "de-identification attestation", v.custodian) for v in facts.dataset_versions),
        *(Document(c.policy_digest, "policy of a consent", c.grantor) for c in facts.consents),
        *(Document(m.card_digest, "card of a model", m.publisher) for m in facts.models),
        *(Document(r.card_digest, "card of a run", r.publisher) for r in facts.runs),
        *(Document(v.card_digest, "card of a model version", v.publisher) for v in facts.model_versions),
    ]
    first: dict[bytes, Document] = {}
    for document in named:
        first.setdefault(document.digest, document)
    return tuple(first[digest] for digest in sorted(first))
