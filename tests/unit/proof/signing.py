"""Operators with keys in memory, and checkpoints that they sign."""

from __future__ import annotations

from eth_account import Account

from ledger_node.chain.signer import KeystoreSigner
from ledger_node.proof import checkpoint
from ledger_node.proof.checkpoint import Signature, SignedCheckpoint
from ledger_node.proof.hashing import keccak256

CHAIN_ID, GENESIS = 700_123, keccak256(b"genesis")


def block(name: str) -> bytes:
    return keccak256(name.encode())


class Operator:
    """One of an organisation."""

    def __init__(self, organisation: int, name: str) -> None:
        self.organisation = organisation
        self.signer = KeystoreSigner(Account.from_key(keccak256(name.encode())), CHAIN_ID)
        self.address = bytes.fromhex(self.signer.address[2:])

    def word(self, of: SignedCheckpoint) -> Signature:
        return Signature(self.organisation, self.address, self.signer.sign_statement(checkpoint.statement(of)))


ONE, TWO, THREE = (Operator(number, f"operator of {number}") for number in (1, 2, 3))


def unsigned(number: int = 4711, name: str = "here", genesis: bytes = GENESIS) -> SignedCheckpoint:
    return checkpoint.unsigned(CHAIN_ID, genesis, number, block(name))


def signed_by(
    *operators: Operator, number: int = 4711, name: str = "here", genesis: bytes = GENESIS
) -> SignedCheckpoint:
    made = unsigned(number, name, genesis)
    for operator in operators:
        made = checkpoint.signed(made, operator.word(made))
    return made
