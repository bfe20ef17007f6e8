"""QBFT as Besu seals it: a block is final once ceil(2n/3) validators have signed it, and none is shown before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger_node.proof import extra_data, header
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.sealed import Breach, Rule, SealedBlock, signer
from ledger_node.proof.validators import Mode, Validators, Vote

#: By which a header says that it is of this engine: the text `ctical byzantine fault tolerance`.
MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
_DIFFICULTY = b"\x01"


def read(sealed: Header) -> SealedBlock:
    """The block of a header with its seals. Raises InvalidField when extraData is not in its one strict form."""
    extra = extra_data.decode(sealed.part("extraData"))
    # The first block is hashed as it is.
    hashed = header.with_extra_data(sealed, extra.hashed().encode()) if sealed.number else sealed
    commit_hash = header.with_extra_data(sealed, extra.committed().encode()).hash
    miner = sealed.part("miner")
    return SealedBlock(
        header=hashed,
        commit_hash=commit_hash,
        round=extra.round,
        proposer=miner,
        signers=tuple(signer(commit_hash, seal) for seal in extra.seals),
        listed=extra.validators,
        vote=None if extra.ballot is None else Vote(miner, extra.ballot.subject, extra.ballot.adds),
    )


def breaches(block: SealedBlock, validators: Validators) -> Iterator[Breach]:
    """The rules that a block breaks, `validators` being in force, apart from those on its place in the chain."""
    members = validators.members
    if block.header.part("difficulty") != _DIFFICULTY:
        yield Breach(Rule.DIFFICULTY, "it is not 1")
    if block.header.part("mixHash") != MIX_HASH:
        yield Breach(Rule.MIX_HASH, "it is not that of QBFT")
    if block.proposer not in members:
        yield Breach(Rule.MINER, "it is not a validator")
    in_contract = validators.mode is Mode.CONTRACT
    if block.listed != (() if in_contract else members):
        needed = "none" if in_contract else "those in force"
        yield Breach(Rule.VALIDATORS, f"{len(block.listed)} are listed, not {needed}")
    if in_contract and block.vote is not None:
        yield Breach(Rule.VOTE, "there is one, though a contract keeps the validators")
    sealed = [one for one in block.signers if one in members]
    if len(sealed) < len(block.signers):
        yield Breach(Rule.SEAL, f"{len(block.signers) - len(sealed)} of {len(block.signers)} are of no validator")
    count = len(set(sealed))
    if count < len(sealed):
        yield Breach(Rule.DISTINCT, f"{len(sealed) - count} of {len(sealed)} are of a validator that sealed before")
    if count < validators.quorum:
        yield Breach(Rule.QUORUM, f"{count} of {len(members)} validators sealed, not {validators.quorum}")


def after(block: SealedBlock, validators: Validators) -> Validators:
    """The validators of the next block, `block` having kept the rules. Headers do not show what a contract changes."""
    now = replace(validators, at=BlockRef(block.header.number, block.header.hash))
    if block.header.number % now.epoch == 0:
        return replace(now, votes=())
    return now if block.vote is None else now.voted(block.vote)
