"""Blocks by their seals, whatever the engine: walked from the validators that a reader trusts, header by header.

A header here has its seals in extraData (`header.as_shown`, `header.from_rlp`, `header.sealed_from_rpc`). What it lists
of validators proves nothing by itself.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger_node.errors import EvidenceMalformed, HeaderMalformed, InputError, InvalidField, TrustMalformed
from ledger_node.proof import clique, header, qbft, trust
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.report import Result
from ledger_node.proof.sealed import Breach, Rule, SealedBlock
from ledger_node.proof.strict_json import Json, parse
from ledger_node.proof.validators import MAX_MEMBERS, Engine, Mode, Validators


class _Rules(Protocol):
    """What each engine's module has."""

    def read(self, sealed: Header) -> SealedBlock: ...
    def breaches(self, block: SealedBlock, validators: Validators) -> Iterator[Breach]: ...
    def after(self, block: SealedBlock, validators: Validators) -> Validators: ...


_RULES: dict[Engine, _Rules] = {Engine.QBFT: qbft, Engine.CLIQUE: clique}
MAX_SHOWN = 64 * 1024 * 1024  # an RPC shows a block with its transactions


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the headers hold. `blocks` are those that do, `validators` those of the block after them.

    `final` is the newest block that stays: in QBFT the last one, in Clique the newest that a majority of the signers
    sealed or built on; None when there is none yet. `known` are the validators of the block after the newest that stays
    and leaves no vote pending: what a trust file can say of them; None when there is none yet. `breach` is the first
    rule broken, by the header after `blocks`.
    """

    blocks: tuple[SealedBlock, ...]
    validators: Validators
    final: BlockRef | None
    known: Validators | None
    breach: Breach | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One header looked at alone. `block` is None when its extraData cannot be read."""

    number: int
    block: SealedBlock | None
    validators: Validators
    breaches: tuple[Breach, ...]

    @property
    def result(self) -> Result:
        return Result.FAILED if self.breaches else Result.VERIFIED

    def to_json(self) -> dict[str, Json]:
        """The answer for machines. A hash or address that there is none of is null."""
        block = self.block
        return {
            "result": self.result.value,
            "engine": self.validators.engine.value,
            "number": self.number,
            "blockHash": None if block is None else to_hex(block.header.hash),
            "commitHash": None if block is None else to_hex(block.commit_hash),
            "round": None if block is None else block.round,
            "proposer": None if block is None or block.proposer is None else to_hex(block.proposer),
            "signers": [] if block is None else [None if one is None else to_hex(one) for one in block.signers],
            "quorum": self.validators.quorum,
            "validators": len(self.validators.members),
            "breaches": [{"rule": breach.rule.value, "detail": breach.detail} for breach in self.breaches],
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two blocks at one height. `sealed`: both keep the rules. `double_signers` sealed both as no honest one does."""

    one: SealedBlock
    other: SealedBlock
    sealed: bool
    double_signers: tuple[bytes, ...]


def listed_at(sealed: Header, engine: Engine, epoch: int) -> Validators:
    """The validators that the first block or one of an epoch lists, for a reader who trusts its hash.

    Raises InvalidField for another block, and when it lists none, as where a contract keeps them.
    """
    block = _RULES[engine].read(sealed)
    members = tuple(sorted(set(block.listed)))
    if sealed.number % epoch or not 0 < len(members) <= MAX_MEMBERS or len(members) != len(block.listed):
        raise InvalidField("block does not say who its validators are", got=f"{len(block.listed)} listed")
    return Validators(engine, epoch, Mode.HEADER, BlockRef(sealed.number, block.header.hash), members)


def verify_seals(validators: Validators, headers: Sequence[Header]) -> Walk:
    """Walks over the headers of the blocks after `validators.at`, each the child of the one before."""
    blocks: list[SealedBlock] = []
    in_force = [validators]  # for each block, and for the one after the last
    breach: Breach | None = None
    for one in headers:
        try:
            block = _RULES[validators.engine].read(one)
        except InputError as failure:
            breach = Breach(Rule.EXTRA_DATA, failure.detail)
            break
        breach = next(_breaches(block, in_force[-1], follows=True), None)
        if breach is not None:
            break
        blocks.append(block)
        in_force.append(_RULES[validators.engine].after(block, in_force[-1]))
    final = _final(validators.engine, blocks, [len(one.members) for one in in_force[:-1]])
    stay = (one for one in reversed(in_force[1:]) if final and one.at.number <= final.number and not one.votes)
    return Walk(tuple(blocks), in_force[-1], final, next(stay, None), breach)


def advanced(validators: Validators, pages: Iterable[Sequence[Header]]) -> Validators:
    """The newest `Walk.known` that headers lead to, given page by page; these validators where they lead to none.

    Raises EvidenceMalformed for a header that breaks a rule.
    """
    known = validators
    for page in pages:
        walk = verify_seals(validators, page)
        if walk.breach is not None:
            place = validators.at.number + len(walk.blocks) + 1
            raise EvidenceMalformed(
                f"a header breaks the rule {walk.breach.rule}: {walk.breach.detail}",
                got=f"block {place}",
                needed="the chain whose validators the trust file names",
            )
        known, validators = walk.known or known, walk.validators
    return known


def check(validators: Validators, sealed: Header, claimed: bytes | None = None) -> Seen:
    """Every rule that one header breaks, `validators` being those in force for it.

    Its parent is compared when it is the block at `validators.at`. `claimed` is the hash that an RPC shows with it.
    """
    rules = _RULES[validators.engine]
    block: SealedBlock | None = None
    try:
        block = rules.read(sealed)
    except InputError as failure:
        found = [Breach(Rule.EXTRA_DATA, failure.detail)]
    else:
        follows = sealed.number == validators.at.number + 1
        found = list(_breaches(block, validators, follows=follows))
        if claimed not in (None, block.header.hash):
            found.insert(0, Breach(Rule.HASH, "it is not the hash that the block claims"))
        if sealed.number == validators.at.number and block.header.hash != validators.at.hash:
            found.insert(0, Breach(Rule.HASH, "another block is trusted at its height"))
    return Seen(sealed.number, block, validators, tuple(found))


def check_file(content: bytes, trust_file: bytes, engine: str) -> Seen:
    """`check` of a header as `read_header` takes it, by the validators of a trust file.

    Raises HeaderMalformed, and TrustMalformed also when the file does not name validators of that engine.
    """
    validators = trust.read(trust_file).validators
    if validators is None or validators.engine != engine:
        got = "no validators" if validators is None else f"validators of {validators.engine}"
        raise TrustMalformed("the trust file does not say who seals", got=got, needed=f"validators of {engine}")
    return check(validators, *read_header(content))


def conflict(validators: Validators, one: Header, other: Header) -> Conflict | None:
    """What two headers of one height prove, `validators` being those in force for both. None: nothing.

    A validator that sealed both in one round of QBFT is proved a double signer; in different rounds an honest one may
    have. In Clique that is a signer that sealed both on one parent. Both sealed is a fault of QBFT's validators; in
    Clique it is an ordinary fork. That both are of one chain is for the caller to know, for headers do not say: a key
    that seals on two chains is nobody's fault. Raises InvalidField for extraData that cannot be read.
    """
    rules = _RULES[validators.engine]
    a, b = rules.read(one), rules.read(other)
    # A seal of Clique can be written in two ways by anybody, with another hash each: what is signed must differ too.
    if one.number != other.number or a.header.hash == b.header.hash or a.commit_hash == b.commit_hash:
        return None
    double: tuple[bytes, ...] = ()
    if a.round == b.round and (a.round is not None or one.parent_hash == other.parent_hash):
        double = tuple(who for who in validators.members if who in a.signers and who in b.signers)
    sealed = not any(next(_breaches(block, validators, follows=False), None) for block in (a, b))
    return Conflict(a, b, sealed, double) if sealed or double else None


def read_header(content: bytes) -> tuple[Header, bytes | None]:
    """A header that somebody hands over, and the hash that is shown with it, if one is.

    It is JSON as an RPC returns it (the block, or the answer around it), or RLP in hex. Raises HeaderMalformed.
    """
    text = content.strip()
    try:
        if not text.startswith(b"{"):
            return header.from_rlp(binascii.unhexlify(text.removeprefix(b"0x"))), None
        shown = parse(text, MAX_SHOWN)
        assert isinstance(shown, dict)
        block = shown.get("result", shown)
        if not isinstance(block, dict):
            raise InvalidField("the answer holds no block", got=type(block).__name__, needed="an object")
        claimed = block.get("hash")
        return header.as_shown(block), None if claimed is None else parse_hex(claimed, 32)
    except InputError as failure:
        raise HeaderMalformed(failure.detail, got=failure.got, needed=failure.needed) from failure
    except binascii.Error as failure:
        raise HeaderMalformed("neither JSON nor hex", got=f"{len(content)} bytes", needed="a block") from failure


def _breaches(block: SealedBlock, validators: Validators, *, follows: bool) -> Iterator[Breach]:
    """All rules in their order; those on its place when it `follows` the block where the validators stand."""
    if block.header.number == 0:
        yield Breach(Rule.NUMBER, "nobody seals the first block")
    elif follows and block.header.number != validators.at.number + 1:
        yield Breach(Rule.NUMBER, f"it is {block.header.number} after {validators.at.number}")
    if follows and block.header.parent_hash != validators.at.hash:
        yield Breach(Rule.PARENT, "it is of another block")
    yield from _RULES[validators.engine].breaches(block, validators)


def _final(engine: Engine, blocks: Sequence[SealedBlock], sizes: Sequence[int]) -> BlockRef | None:
    """The newest block that stays. `sizes` are the numbers of validators in force for each; where they change, the
    largest since counts."""
    distinct: set[bytes | None] = set()
    most = 0
    for block, size in zip(reversed(blocks), reversed(sizes), strict=True):
        distinct.add(block.proposer)
        most = max(most, size)
        if engine is Engine.QBFT or len(distinct) > most // 2:
            return BlockRef(block.header.number, block.header.hash)
    return None
