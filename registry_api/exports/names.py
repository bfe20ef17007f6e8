"""How things are called outside the ledger: by URIs that mean the same at every node."""

from __future__ import annotations

import base64

from ledger_node.domain.dataset import DatasetVersion
from ledger_node.domain.model import ModelVersion
from registry_api.graph import short
from registry_api.questions.documents import Document
from registry_api.questions.material import Ledger, Material


def urn(kind: str, id_: str) -> str:
    """`urn:medledger:run:0x…`. An id holds the chain's and the contract's already (`ledger_node.proof.ids`)."""
    return f"urn:medledger:{kind}:{id_}"


def organisation_id(m: Material, number: int) -> str:
    """Numbers begin anew on each chain, so the genesis stands before them: `0x…/3`."""
    return f"{ledger_of(m).genesis}/{number}"


def document_uri(digest: str) -> str:
    """A document by its sha-256 (RFC 6920): whoever has it can show that it is the one."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(digest[2:])).rstrip(b"=").decode()


def data_name(version: DatasetVersion, card: Document) -> str:
    """What its card calls it."""
    return str(card.at("/name")) if card.has("/name") else f"dataset {short(version.dataset)}"


def model_name(m: Material, version: ModelVersion) -> str:
    """What the card of the version asked about, or of its model, calls it; others have no card here."""
    cards = m.model_cards() if version.model == m.model.id else ()
    return next((str(one.at("/title")) for one in cards if one.has("/title")), f"model {short(version.model)}")


def ledger_of(m: Material) -> Ledger:
    assert m.ledger is not None  # every export needs it
    return m.ledger
