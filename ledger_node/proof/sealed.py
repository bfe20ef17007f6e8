"""A block with its seals, and the rules that it may break. The same shape for every engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger_node.errors import InvalidField
from ledger_node.proof.header import Header
from ledger_node.proof.signatures import recover
from ledger_node.proof.validators import Vote


class Rule(StrEnum):
    """What a block must keep, by names that do not change. Some are one engine's alone."""

    HASH = "hash"  # the hash that it claims, or that is trusted at its height
    NUMBER = "number"  # one more than its parent's; the first block has no seals
    PARENT = "parentHash"
    UNCLES = "sha3Uncles"  # Clique
    MINER = "miner"  # QBFT: a validator. Clique: nobody on a block of an epoch
    DIFFICULTY = "difficulty"  # QBFT: 1. Clique: 2 for the signer whose turn it is, 1 for others
    EXTRA_DATA = "extraData"  # its one strict form
    MIX_HASH = "mixHash"
    NONCE = "nonce"  # Clique: a vote to add or to drop, none on a block of an epoch
    VALIDATORS = "validators"  # those in force are the ones listed, where the header must list them
    VOTE = "vote"  # QBFT in contract mode: none
    SEAL = "seal"  # every seal is a signature of a validator
    DISTINCT = "distinct"  # QBFT: no validator sealed twice
    QUORUM = "quorum"  # QBFT: at least ceil(2n/3) of them sealed
    RECENT = "recent"  # Clique: whoever sealed one of the last floor(n/2) blocks must wait


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a block breaks, and how."""

    rule: Rule
    detail: str


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block and who sealed it, as its header alone shows.

    `header` is what the block's hash covers. `commit_hash` is what its seals sign. `proposer` is QBFT's miner or
    Clique's signer. `signers` are in the order of the seals; None stands for a seal that is no signature. `listed` are
    the validators that the header names. All addresses are 20 bytes.
    """

    header: Header
    commit_hash: bytes
    round: int | None
    proposer: bytes | None
    signers: tuple[bytes | None, ...]
    listed: tuple[bytes, ...]
    vote: Vote | None


def signer(commit_hash: bytes, seal: bytes) -> bytes | None:
    """The address whose signature a seal is. None when it is nobody's."""
    try:
        return recover(commit_hash, seal)
    except InvalidField:
        return None
