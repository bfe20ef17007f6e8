"""Clique (EIP-225): each block is sealed by one signer; with a majority of signers on it a block is safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ledger_node.errors import ChainAnswerInvalid, InputError, InvalidField
from ledger_node.proof import header, rlp
from ledger_node.proof.extra_data import ADDRESS, VANITY
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.sealed import Breach, Rule, SealedBlock, signer
from ledger_node.proof.signatures import SIGNATURE
from ledger_node.proof.validators import Validators, Vote

_NO_UNCLES = keccak256(rlp.encode([]))
_ADD, _DROP = b"\xff" * 8, bytes(8)  # nonces
_NOBODY = bytes(ADDRESS)
_IN_TURN, _OUT_OF_TURN = b"\x02", b"\x01"


def read(sealed: Header) -> SealedBlock:
    """The block of a header with its seal. Raises InvalidField when extraData is not vanity, whole addresses, seal."""
    extra = sealed.part("extraData")
    between = len(extra) - VANITY - SIGNATURE
    if between < 0 or between % ADDRESS:
        raise InvalidField("extraData has no seal", got=f"{len(extra)} bytes", needed="vanity, addresses and a seal")
    listed = extra[VANITY:-SIGNATURE]
    commit_hash = header.with_extra_data(sealed, extra[:-SIGNATURE]).hash
    by = signer(commit_hash, extra[-SIGNATURE:])
    vote = None if by is None else Vote(by, sealed.part("miner"), sealed.part("nonce") == _ADD)
    return SealedBlock(
        header=sealed,
        commit_hash=commit_hash,
        round=None,
        proposer=by,
        signers=(by,),
        listed=tuple(listed[start : start + ADDRESS] for start in range(0, between, ADDRESS)),
        vote=vote,
    )


def breaches(block: SealedBlock, validators: Validators) -> Iterator[Breach]:
    """The rules that a block breaks, `validators` being in force, apart from those on its place in the chain."""
    sealed, members = block.header, validators.members
    of_epoch = sealed.number % validators.epoch == 0
    if sealed.part("sha3Uncles") != _NO_UNCLES:
        yield Breach(Rule.UNCLES, "there are some")
    if sealed.part("mixHash") != bytes(32):
        yield Breach(Rule.MIX_HASH, "it is not zero")
    if sealed.part("nonce") not in ((_DROP,) if of_epoch else (_ADD, _DROP)):
        yield Breach(Rule.NONCE, "it votes on a block of an epoch" if of_epoch else "it is no vote")
    if of_epoch and sealed.part("miner") != _NOBODY:
        yield Breach(Rule.MINER, "it votes on a block of an epoch")
    if block.listed != (members if of_epoch else ()):
        yield Breach(Rule.VALIDATORS, f"{len(block.listed)} are listed, not {'those in force' if of_epoch else 'none'}")
    if block.proposer not in members:
        yield Breach(Rule.SEAL, "it is of no signer")
        return
    waiting = validators.recent[-(len(members) // 2) :] if len(members) > 1 else ()
    if block.proposer in waiting:
        yield Breach(Rule.RECENT, f"its signer sealed one of the {len(waiting)} blocks before")
    turn = members[sealed.number % len(members)] == block.proposer
    if sealed.part("difficulty") != (_IN_TURN if turn else _OUT_OF_TURN):
        yield Breach(Rule.DIFFICULTY, f"it is not that of a signer {'in' if turn else 'out of'} turn")


def after(block: SealedBlock, validators: Validators) -> Validators:
    """The signers of the next block, `block` having kept the rules. A vote that would change nothing is not kept."""
    assert block.proposer is not None
    assert block.vote is not None
    now = replace(
        validators,
        at=BlockRef(block.header.number, block.header.hash),
        votes=() if block.header.number % validators.epoch == 0 else validators.votes,
        recent=(*validators.recent, block.proposer)[-validators.majority :],
    )
    return now.voted(block.vote, kept=block.vote.adds != (block.vote.subject in now.members))


def signer_of(block: Mapping[str, object]) -> str:
    """The address (0x-hex, lowercase) whose seal an RPC's block carries. The hash that it claims is checked.

    ChainAnswerInvalid when it has no seal that can be read.
    """
    sealed = header.from_rpc(block)
    try:
        found = read(sealed).proposer
    except InputError as failure:
        raise ChainAnswerInvalid("the block has no seal", got=failure.got, needed="Clique") from failure
    if found is None:
        raise ChainAnswerInvalid("the block's seal is no signature", needed="Clique")
    return to_hex(found)
