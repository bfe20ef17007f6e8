"""What a bundle hangs on: whether the trust file tells its chain, its contracts, and its block.

A block can be told in several ways. One that reaches it is enough; one that tells another block in its place refutes
it, whatever the others say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ledger_node.proof import layout
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.envelope import Bundle
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.operators import trusted_by
from ledger_node.proof.report import Check
from ledger_node.proof.sealing import verify_seals
from ledger_node.proof.trie import Account
from ledger_node.proof.trust import Trust, TrustedContract
from ledger_node.proof.validators import Validators


@dataclass(frozen=True, slots=True)
class Voice:
    """What one of the trust file's ways says of the block: `holds` is None where it does not reach."""

    holds: bool | None
    detail: str


def checks(bundle: Bundle, accounts: Mapping[str, Account | str], trusted: Trust) -> Iterator[Check]:
    """The bundle against the trust file. `accounts` are those of the contracts that facts are stored in."""
    contracts = _of_its_generation(bundle, trusted)
    addresses = [n for n in layout.CONTRACTS if getattr(bundle.contracts, n) != contracts[n].address]
    codes = []
    for name, account in accounts.items():
        if isinstance(account, str) or account.code_hash != contracts[name].code_hash:
            codes.append(name)
    yield Check("trust.chain", bundle.chain_id == trusted.chain_id, f"chain id {bundle.chain_id}")
    yield Check("trust.genesis", bundle.genesis == trusted.genesis, f"genesis {to_hex(bundle.genesis)}")
    yield Check("trust.addresses", not addresses, "other: " + ", ".join(addresses) if addresses else "all as trusted")
    yield Check("trust.code", not codes, "other code: " + ", ".join(codes) if codes else "all as trusted")
    voices = list(_voices(bundle, trusted))
    told = any(voice.holds for voice in voices) and not any(voice.holds is False for voice in voices)
    yield Check("trust.block", told, "; ".join(voice.detail for voice in voices))


def roots(trusted: Trust) -> tuple[str, ...]:
    """What the reader believed, in words."""
    found = [f"chain id {trusted.chain_id}", f"genesis {to_hex(trusted.genesis)}"]
    if trusted.checkpoint is not None:
        found.append(f"checkpoint {trusted.checkpoint.number} {to_hex(trusted.checkpoint.hash)}")
    if trusted.operators is not None:
        numbers = ", ".join(str(one.number) for one in trusted.operators.organisations)
        found.append(f"checkpoints signed by {trusted.operators.quorum} of the organisations {numbers}")
    if trusted.validators is not None:
        one = trusted.validators
        found.append(f"blocks sealed by the {len(one.members)} {one.engine} validators of block {one.at.number}")
    for number, contracts in enumerate(trusted.generations, start=1):
        for name in layout.CONTRACTS if number == 1 else layout.CONTRACTS[1:]:
            known, where = contracts[name], f"{name} of generation {number}" if number > 1 else name
            found.append(f"{where} at {to_hex(known.address)} with code {to_hex(known.code_hash)}")
    return tuple(found)


def counted(checkpoints: Iterable[SignedCheckpoint], trusted: Trust) -> Iterator[tuple[SignedCheckpoint, Check]]:
    """Those of the trusted chain that enough of its trusted operators signed, with how many did."""
    for one in checkpoints:
        if trusted.operators is not None and (one.chain_id, one.genesis) == (trusted.chain_id, trusted.genesis):
            found = trusted_by(one, trusted.operators)
            if found.passed:
                yield one, found


def _of_its_generation(bundle: Bundle, trusted: Trust) -> Mapping[str, TrustedContract]:
    """The contracts that are trusted at the bundle's addresses, all of one generation; else the first's."""
    for contracts in trusted.generations:
        if all(contracts[name].address == getattr(bundle.contracts, name) for name in layout.CONTRACTS):
            return contracts
    return trusted.contracts


def _voices(bundle: Bundle, trusted: Trust) -> Iterator[Voice]:
    blocks = {header.number: header.hash for header in (bundle.header, *bundle.following)}
    if trusted.checkpoint is not None:
        yield _of_block(blocks, trusted.checkpoint.number, trusted.checkpoint.hash, "the checkpoint")
    if trusted.operators is not None:
        signed = [
            _of_block(blocks, one.number, one.hash, "a checkpoint, " + found.detail)
            for one, found in counted(bundle.checkpoints, trusted)
        ]
        yield from signed or [Voice(None, "no checkpoint here is signed by enough of those trusted")]
    if trusted.validators is not None:
        at = trusted.validators.at
        if at.number in blocks:
            yield _of_block(blocks, at.number, at.hash, "where the validators are known")
        else:
            yield _of_seals(bundle, trusted.validators)


def _of_seals(bundle: Bundle, trusted: Validators) -> Voice:
    """Walked from the block where the validators are known: nothing is taken from a header that they did not seal."""
    walk = verify_seals(trusted, bundle.sealed)
    number = bundle.as_of.number
    blocks = {one.header.number: one.header.hash for one in walk.blocks}
    if walk.breach is not None:
        place = trusted.at.number + len(walk.blocks) + 1
        return Voice(None, f"the seals do not reach: block {place} breaks {walk.breach.rule}, {walk.breach.detail}")
    if number not in blocks or walk.final is None or walk.final.number < number:
        newest = trusted.at.number if walk.final is None else walk.final.number
        return Voice(None, f"the seals do not reach: block {newest} is the newest that they make final")
    return _of_block(blocks, number, bundle.as_of.hash, f"{len(blocks)} blocks sealed by the validators")


def _of_block(blocks: Mapping[int, bytes], number: int, told: bytes, what: str) -> Voice:
    """The blocks hang together from the as-of block on, so that any one of them tells the first."""
    if number not in blocks:
        return Voice(None, f"{what} is block {number}, here are {min(blocks)} to {max(blocks)}")
    if blocks[number] != told:
        return Voice(False, f"{what} tells another block {number}")
    return Voice(True, f"{what} tells block {number}")
