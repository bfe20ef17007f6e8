"""The public documents that facts name by the sha-256 of their bytes."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.proof.facts import Facts


@dataclass(frozen=True, slots=True)
class Document:
    """A document's digest (32 bytes), what it is, and which organisation put the digest on chain."""

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
        *(Document(r.notice_digest, "notice of a recall", r.issuer) for r in facts.recalls),
    ]
    first: dict[bytes, Document] = {}
    for document in named:
        first.setdefault(document.digest, document)
    return tuple(first[digest] for digest in sorted(first))
