"""The public documents that facts name by the sha-256 of their bytes."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.proof.facts import Consent, DatasetVersion, Facts, Model, ModelVersion, Recall, Run
from ledger_node.proof.names import Fact, named


@dataclass(frozen=True, slots=True)
class Document:
    """A document's digest (32 bytes), what it is, and which organisation put the digest on chain."""

    digest: bytes
    what: str
    organisation: int


def of_fact(fact: Fact) -> tuple[Document, ...]:
    """The documents that one fact names, each by the organisation whose fact it is."""
    match fact:
        case DatasetVersion():
            return (
                Document(fact.card_digest, "card of a dataset version", fact.custodian),
                Document(fact.attestation_digest, "de-identification attestation", fact.custodian),
            )
        case Consent():
            return (Document(fact.policy_digest, "policy of a consent", fact.grantor),)
        case Model():
            return (Document(fact.card_digest, "card of a model", fact.publisher),)
        case Run():
            return (Document(fact.card_digest, "card of a run", fact.publisher),)
        case ModelVersion():
            return (Document(fact.card_digest, "card of a model version", fact.publisher),)
        case Recall():
            return (Document(fact.notice_digest, "notice of a recall", fact.issuer),)
        case _:
            return ()


def documents_of(facts: Facts) -> tuple[Document, ...]:
    """Every document that the facts name, by digest. One that is named twice stands once, as first named."""
    first: dict[bytes, Document] = {}
    for _, fact in named(facts):
        for document in of_fact(fact):
            first.setdefault(document.digest, document)
    return tuple(first[digest] for digest in sorted(first))
