"""How things are called outside the ledger: by URIs that mean the same at every node."""

from __future__ import annotations

import base64

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


def ledger_of(m: Material) -> Ledger:
    assert m.ledger is not None  # every export needs it
    return m.ledger
