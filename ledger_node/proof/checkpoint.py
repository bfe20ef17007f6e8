"""Signed checkpoints: operators' word that a chain has this block at this height.

`{"format": "medledger-checkpoint/1", "chainId", "genesis", "number", "hash", "signatures": [{"organisation",
"operator", "signature"}…]}`, in its one form (RFC 8785). What is signed is the same without `signatures`, as EIP-191
says, so that each signature holds beside any others: copies are countersigned, and their signatures put together.

Two with one height of one chain and different blocks are evidence of a split view: whoever signed one of them was shown
another chain, or shows one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ledger_node.errors import CheckpointMalformed, InputError, InvalidField
from ledger_node.proof import eip191
from ledger_node.proof.codec import Codec, constant, octets, record, rising, uint
from ledger_node.proof.strict_json import Json, dump_canonical, parse_canonical

FORMAT: Final = "medledger-checkpoint/1"
MAX_CHECKPOINT = 256 * 1024
MAX_SIGNATURES = 1024


@dataclass(frozen=True, slots=True)
class Signature:
    """`operator` (20 bytes) signs for an organisation, by its number: that it may, is for the reader to know."""

    organisation: int
    operator: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A block by number and hash, and who says that it is the chain's, in rising order of their addresses."""

    format: str
    chain_id: int
    genesis: bytes
    number: int
    hash: bytes
    signatures: tuple[Signature, ...]


class Comparison(StrEnum):
    """What two checkpoints are to each other. `APART`: of other chains or heights, which say nothing of each other."""

    SAME = "same"
    SPLIT_VIEW = "split-view"
    APART = "apart"


_signature = record(Signature, {"organisation": uint(32), "operator": octets(20), "signature": eip191.signature})
#: The form alone: whether its signatures hold, `signers_of` says.
codec: Codec[SignedCheckpoint] = record(
    SignedCheckpoint,
    {
        "format": constant(FORMAT),
        "chain_id": uint(64),
        "genesis": octets(32),
        "number": uint(64),
        "hash": octets(32),
        "signatures": rising(_signature, MAX_SIGNATURES, lambda one: one.operator),
    },
)


def unsigned(chain_id: int, genesis: bytes, number: int, block: bytes) -> SignedCheckpoint:
    """One that nobody signed yet."""
    return SignedCheckpoint(FORMAT, chain_id, genesis, number, block, ())


def statement(checkpoint: SignedCheckpoint) -> bytes:
    """What is signed: its canonical JSON without the signatures."""
    whole = codec.write(checkpoint)
    assert isinstance(whole, dict)
    return dump_canonical({key: value for key, value in whole.items() if key != "signatures"})


def read(content: bytes) -> SignedCheckpoint:
    """A checkpoint with at least one signature, all of which hold. CheckpointMalformed."""
    try:
        found = codec.read(parse_canonical(content, MAX_CHECKPOINT))
        if not found.signatures or len(signers_of(found)) != len(found.signatures):
            raise InvalidField("signatures do not hold", got=f"{len(found.signatures)}", needed="their operators' own")
    except InputError as failure:
        raise CheckpointMalformed(failure.detail, got=failure.got, needed=failure.needed) from failure
    return found


def dump(checkpoint: SignedCheckpoint) -> bytes:
    """Its canonical bytes (RFC 8785)."""
    return dump_canonical(to_json(checkpoint))


def to_json(checkpoint: SignedCheckpoint) -> Json:
    return codec.write(checkpoint)


def signers_of(checkpoint: SignedCheckpoint) -> tuple[Signature, ...]:
    """Those whose signature is their operator's own, over this very statement."""
    said = statement(checkpoint)
    return tuple(one for one in checkpoint.signatures if eip191.signer_of(said, one.signature) == one.operator)


def signed(checkpoint: SignedCheckpoint, by: Signature) -> SignedCheckpoint:
    """With one signature more. An operator that has signed already stays with its first."""
    return merged(checkpoint, replace(checkpoint, signatures=(by,)))


def merged(one: SignedCheckpoint, other: SignedCheckpoint) -> SignedCheckpoint:
    """The signatures of two copies together; the first's, of an operator that signed both.

    InvalidField when they say different things.
    """
    if statement(one) != statement(other):
        raise InvalidField("two checkpoints that are not the same", got="another statement", needed="one statement")
    by_operator = {each.operator: each for each in (*other.signatures, *one.signatures)}
    return replace(one, signatures=tuple(by_operator[operator] for operator in sorted(by_operator)))


def compare(one: SignedCheckpoint, other: SignedCheckpoint) -> Comparison:
    """SPLIT_VIEW for two blocks at one height of one chain: both documents together are the evidence."""
    if (one.chain_id, one.genesis, one.number) != (other.chain_id, other.genesis, other.number):
        return Comparison.APART
    return Comparison.SAME if one.hash == other.hash else Comparison.SPLIT_VIEW
