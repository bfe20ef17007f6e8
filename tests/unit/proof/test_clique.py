"""Clique's blocks: real ones of a network with three signers (geth 1.13.15, whose `clique_getSigner` names them), and
made ones in which each rule is broken alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import ChainAnswerInvalid, InputError, InvalidField
from ledger_node.proof import header
from ledger_node.proof.clique import signer_of
from ledger_node.proof.hashing import keccak256, parse_hex, parse_hex_any, to_hex
from ledger_node.proof.header import BlockRef
from ledger_node.proof.report import Result
from ledger_node.proof.sealed import Rule
from ledger_node.proof.sealing import check, listed_at, verify_seals
from ledger_node.proof.validators import Engine, Mode, Validators, Vote

from .sealers import EPOCH, FIRST, STRANGER, VANITY, Made, Sealer, clique, in_force, sealers

VECTORS = Path(__file__).parents[2] / "vectors"
SEALED: list[dict[str, Any]] = json.loads((VECTORS / "clique.json").read_text())


@pytest.mark.parametrize("sealed", SEALED)
def test_signer_is_the_one_that_the_engine_names(sealed: dict[str, Any]) -> None:
    assert signer_of(sealed["block"]) == sealed["signer"]


@pytest.mark.parametrize("field", ["extraData", "stateRoot", "number", "hash"])
def test_block_that_was_changed_names_nobody(field: str) -> None:
    block = dict(SEALED[0]["block"])
    text = block[field]
    block[field] = text[:-1] + ("1" if text[-1] != "1" else "2")
    with pytest.raises(ChainAnswerInvalid):
        signer_of(block)


def test_block_without_a_seal_names_nobody() -> None:
    headers = json.loads((VECTORS / "headers.json").read_text())["headers"]
    block = next(one["block"] for one in headers if len(one["block"]["extraData"]) < 2 + 2 * 65)
    with pytest.raises(ChainAnswerInvalid):
        signer_of(block)


def test_real_blocks_hold_from_one_to_the_next() -> None:
    first, *later = [header.sealed_from_rpc(sealed["block"]) for sealed in SEALED]
    members = tuple(sorted({parse_hex(sealed["signer"], 20) for sealed in SEALED}))
    start = Validators(Engine.CLIQUE, EPOCH, Mode.HEADER, BlockRef(first.number, first.hash), members)
    walk = verify_seals(start, later)
    assert (walk.breach, len(walk.blocks), walk.validators.members) == (None, 4, members)
    assert walk.final == BlockRef(later[-2].number, later[-2].hash)


VOTED: dict[str, Any] = json.loads((VECTORS / "clique-votes.json").read_text())


def test_real_votes_and_epochs_are_followed_as_the_engine_follows_them() -> None:
    """Four signers (geth 1.13.15) vote a fifth in and one out, over blocks of epochs; `clique_getSnapshot` of each."""
    headers = [header.from_rlp(parse_hex_any(one, header.MAX_RLP)) for one in VOTED["headers"]]
    now = listed_at(headers[0], Engine.CLIQUE, VOTED["epoch"])
    sizes = {len(now.members)}
    for one, snapshot in zip(headers[1:], VOTED["snapshots"][1:], strict=True):
        walk = verify_seals(now, [one])
        assert walk.breach is None
        now = walk.validators
        assert [to_hex(member) for member in now.members] == snapshot["signers"]
        assert [[to_hex(vote.voter), to_hex(vote.subject), vote.adds] for vote in now.votes] == snapshot["votes"]
        recents = snapshot["recents"]
        assert [to_hex(signer) for signer in now.recent][-len(recents) :] == recents
        sizes.add(len(now.members))
    assert sizes == {4, 5}
    assert any(snapshot["votes"] for snapshot in VOTED["snapshots"])
    assert len(headers) > 2 * VOTED["epoch"]


FOUR = sealers(4)
A, B, C, D = FOUR
E = STRANGER
SET = in_force(Engine.CLIQUE, FOUR)
ADDRESSES = [one.address for one in FOUR]
ADD, DROP = b"\xff" * 8, bytes(8)
#: The block after this one is of an epoch.
BEFORE_EPOCH = BlockRef(EPOCH - 1, keccak256(b"before"))


def broken(made: Made, validators: Validators = SET) -> set[Rule]:
    return {breach.rule for breach in check(validators, header.from_rlp(made.rlp())).breaches}


def test_answer_names_hashes_and_signer() -> None:
    made = clique(FOUR, by=C)
    assert check(SET, made.header(), made.hash).to_json() == {
        "result": "verified",
        "engine": "clique",
        "number": 1,
        "blockHash": to_hex(made.hash),
        "commitHash": to_hex(made.commit),
        "round": None,
        "proposer": to_hex(C.address),
        "signers": [to_hex(C.address)],
        "quorum": 1,
        "validators": 4,
        "breaches": [],
    }


@pytest.mark.parametrize("vanity", [bytes([number]) * 32 for number in range(8)])
def test_seals_of_both_parities_hold(vanity: bytes) -> None:
    assert broken(clique(FOUR, vanity=vanity)) == set()


def test_both_parities_are_among_those_tried() -> None:
    seals = [clique(FOUR, vanity=bytes([number]) * 32).raw["extraData"] for number in range(8)]
    assert {seal[-1] for seal in seals} == {0, 1}


SEAL = clique(FOUR).raw["extraData"][-65:]

CHANGES: list[tuple[str, dict[str, Any], Rule]] = [
    ("a foreign signer", {"by": STRANGER}, Rule.SEAL),
    ("a seal with v 27", {"seal": SEAL[:64] + bytes([SEAL[64] + 27])}, Rule.SEAL),
    ("a seal of zeros", {"seal": bytes(65)}, Rule.SEAL),
    ("a seal over something else", {"seal": B.seal(keccak256(b"else"))}, Rule.SEAL),
    ("no turn but difficulty 2", {"by": A, "difficulty": b"\x02"}, Rule.DIFFICULTY),
    ("a turn but difficulty 1", {"difficulty": b"\x01"}, Rule.DIFFICULTY),
    ("difficulty 3", {"difficulty": b"\x03"}, Rule.DIFFICULTY),
    ("a mixHash", {"mixHash": b"\x01" * 32}, Rule.MIX_HASH),
    ("uncles", {"sha3Uncles": keccak256(b"uncles")}, Rule.UNCLES),
    ("a nonce that is no vote", {"nonce": b"\xff" * 7 + b"\xfe"}, Rule.NONCE),
    ("signers outside of an epoch", {"listed": ADDRESSES}, Rule.VALIDATORS),
    ("no seal", {"seal": b""}, Rule.EXTRA_DATA),
    ("a short vanity", {"vanity": VANITY[:31]}, Rule.EXTRA_DATA),
    ("half an address", {"listed": [bytes(10)]}, Rule.EXTRA_DATA),
    ("no extraData", {"extraData": b"", "vanity": b"", "seal": b""}, Rule.EXTRA_DATA),
]


@pytest.mark.parametrize(("changes", "rule"), [one[1:] for one in CHANGES], ids=[one[0] for one in CHANGES])
def test_each_rule_is_named_when_it_alone_is_broken(changes: dict[str, Any], rule: Rule) -> None:
    made = clique(FOUR, **changes)
    assert broken(made) == {rule}
    walk = verify_seals(SET, [header.from_rlp(made.rlp())])
    assert (walk.blocks, walk.final, walk.validators) == ((), None, SET)
    assert walk.breach is not None
    assert walk.breach.rule is rule


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"listed": ADDRESSES}, set()),
        ({}, {Rule.VALIDATORS}),
        ({"listed": ADDRESSES[:3]}, {Rule.VALIDATORS}),
        ({"listed": ADDRESSES[::-1]}, {Rule.VALIDATORS}),
        ({"listed": ADDRESSES, "nonce": ADD}, {Rule.NONCE}),
        ({"listed": ADDRESSES, "miner": STRANGER.address}, {Rule.MINER}),
    ],
)
def test_block_of_an_epoch_lists_the_signers_and_votes_on_nobody(changes: dict[str, Any], rules: set[Rule]) -> None:
    made = clique(FOUR, BEFORE_EPOCH, **changes)
    assert broken(made, in_force(Engine.CLIQUE, FOUR, BEFORE_EPOCH)) == rules
    if not rules:
        assert listed_at(made.header(), Engine.CLIQUE, EPOCH).members == SET.members


@pytest.mark.parametrize("wrong", [clique(FOUR), clique(FOUR, BEFORE_EPOCH)])
def test_only_a_block_of_an_epoch_says_who_the_signers_are(wrong: Made) -> None:
    with pytest.raises(InvalidField):
        listed_at(wrong.header(), Engine.CLIQUE, EPOCH)


@given(st.integers(0, len(clique(FOUR, by=C).rlp()) - 1), st.integers(1, 255))
def test_any_byte_changed_in_a_header_breaks_it(position: int, change: int) -> None:
    content = bytearray(clique(FOUR, by=C).rlp())
    content[position] ^= change
    try:
        changed = header.from_rlp(bytes(content))
    except InputError:
        return
    assert check(SET, changed).result is Result.FAILED


# The walk: turns, votes, epochs, safety.


class History:
    """A chain that goes on block by block; `members` are the signers whose turns count, as the test says."""

    def __init__(self, members: Sequence[Sealer], *, epoch: int = EPOCH, at: BlockRef = FIRST) -> None:
        self.start = in_force(Engine.CLIQUE, members, at, epoch=epoch)
        self.made: list[Made] = []

    def add(self, members: Sequence[Sealer], *by: Sealer, **changes: Any) -> History:
        known = sorted(members, key=lambda one: one.address)
        for one in by:
            self.made.append(clique(known, self.made[-1].ref if self.made else self.start.at, by=one, **changes))
        return self

    def vote(self, members: Sequence[Sealer], subject: Sealer, nonce: bytes, *by: Sealer) -> History:
        return self.add(members, *by, miner=subject.address, nonce=nonce)

    def members(self) -> list[bytes]:
        """Those after all blocks, which hold."""
        walk = verify_seals(self.start, [one.header() for one in self.made])
        assert walk.breach is None
        assert walk.validators.at == self.made[-1].ref
        return list(walk.validators.members)

    def breaks(self, rule: Rule) -> bool:
        """Whether the last block is the first to break a rule, and that one."""
        walk = verify_seals(self.start, [one.header() for one in self.made])
        return walk.breach is not None and (walk.breach.rule, len(walk.blocks)) == (rule, len(self.made) - 1)


def of(*members: Sealer) -> list[bytes]:
    return sorted(one.address for one in members)


def test_walk_needs_each_block_to_follow_the_one_before() -> None:
    one, two, three = (made.header() for made in History(FOUR).add(FOUR, A, B, C).made)
    for wrong, rule in (
        ([one, three], Rule.NUMBER),
        ([one, one], Rule.NUMBER),
        ([one, clique(FOUR, BlockRef(1, FIRST.hash)).header()], Rule.PARENT),
    ):
        walk = verify_seals(SET, wrong)
        assert walk.breach is not None
        assert (walk.breach.rule, len(walk.blocks)) == (rule, 1)
    assert verify_seals(SET, [one, two, three]).breach is None


@pytest.mark.parametrize(
    ("order", "holds"), [("ABCABC", True), ("ABCD", True), ("AA", False), ("ABA", False), ("ABCB", False)]
)
def test_signer_waits_for_half_of_the_others(order: str, holds: bool) -> None:
    """Of four, whoever sealed one of the last two blocks must wait."""
    history = History(FOUR).add(FOUR, *(dict(zip("ABCD", FOUR, strict=True))[name] for name in order))
    assert history.breaks(Rule.RECENT) != holds
    if holds:
        assert history.members() == of(*FOUR)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_signers_take_turns(count: int) -> None:
    few = sealers(count)
    assert History(few).add(few, *(few * 3)).members() == of(*few)
    assert History(few).add(few, few[0], few[0]).breaks(Rule.RECENT) == (count > 1)


def test_wait_grows_and_shrinks_with_the_signers() -> None:
    """Of three, one block must be of another signer; of four and of five, two."""
    three = [A, B, C]
    grown = History(three).vote(three, D, ADD, A, B)
    assert grown.members() == of(*FOUR)
    assert grown.add(FOUR, C, D, A).members() == of(*FOUR)
    assert History(three).vote(three, D, ADD, A, B).add(FOUR, A).breaks(Rule.RECENT)
    shrunk = History(FOUR).vote(FOUR, D, DROP, A, B, C)
    assert shrunk.add(three, B, C, B).members() == of(*three)
    assert History(FOUR).vote(FOUR, D, DROP, A, B, C).add(three, C).breaks(Rule.RECENT)


def test_majority_of_votes_adds_a_signer() -> None:
    history = History(FOUR).vote(FOUR, E, ADD, A, B)
    assert history.members() == of(*FOUR)
    assert history.vote(FOUR, E, ADD, C).members() == of(*FOUR, E)
    assert History(FOUR).vote(FOUR, E, ADD, A, B).add(FOUR, E).breaks(Rule.SEAL)
    assert history.add([*FOUR, E], E).members() == of(*FOUR, E)


def test_majority_of_votes_drops_a_signer_and_its_votes() -> None:
    history = History(FOUR).vote(FOUR, E, ADD, D).vote(FOUR, D, DROP, A, B, C)
    three = [A, B, C]
    assert history.members() == of(*three)
    assert history.vote(three, E, ADD, A).members() == of(*three)
    assert history.vote(three, E, ADD, B).members() == of(*three, E)
    assert History(FOUR).vote(FOUR, D, DROP, A, B, C).add(three, D).breaks(Rule.SEAL)


def test_vote_is_taken_back_by_another_on_the_same_subject() -> None:
    history = History(FOUR).vote(FOUR, E, ADD, A, B).add(FOUR, C).vote(FOUR, E, DROP, A).add(FOUR, B)
    assert history.vote(FOUR, E, ADD, C).members() == of(*FOUR)
    assert history.vote(FOUR, E, ADD, A).members() == of(*FOUR, E)


def test_block_of_an_epoch_clears_votes() -> None:
    history = History(FOUR, epoch=3).vote(FOUR, E, ADD, A, B).add(FOUR, C, listed=ADDRESSES)
    assert history.vote(FOUR, E, ADD, D).members() == of(*FOUR)
    assert History(FOUR).vote(FOUR, E, ADD, A, B).add(FOUR, C).vote(FOUR, E, ADD, D).members() == of(*FOUR, E)


@pytest.mark.parametrize(("order", "safe"), [("", 0), ("A", 0), ("AB", 0), ("ABC", 1), ("ABCA", 2), ("ABCABCD", 5)])
def test_block_is_safe_once_a_majority_sealed_it_or_built_on_it(order: str, safe: int) -> None:
    history = History(FOUR).add(FOUR, *(dict(zip("ABCD", FOUR, strict=True))[name] for name in order))
    final = verify_seals(SET, [one.header() for one in history.made]).final
    assert final == (history.made[safe - 1].ref if safe else None)


def test_set_that_grew_needs_its_own_majority() -> None:
    """Three of five, then four of six: the second block has three on it when four are needed."""
    members = sealers(5)
    a, b, c, d, _ = members
    history = History(members).vote(members, STRANGER, ADD, a, b, c)
    six = [*members, STRANGER]
    assert history.members() == of(*six)
    final = verify_seals(history.start, [one.header() for one in history.made]).final
    assert final == history.made[0].ref
    history.add(six, d)
    final = verify_seals(history.start, [one.header() for one in history.made]).final
    assert final == history.made[0].ref


class GethSnapshot:
    """geth's count of votes, written from its description: a list in the order of time, and a tally by subject."""

    def __init__(self, members: Sequence[bytes]) -> None:
        self.members = set(members)
        self.votes: list[Vote] = []
        self.tally: dict[bytes, int] = {}

    def vote(self, given_: Vote) -> None:
        subject = given_.subject
        for old in self.votes:
            if (old.voter, old.subject) == (given_.voter, subject):
                self.uncast(old)
                self.votes.remove(old)
                break
        if given_.adds != (subject in self.members):
            self.tally[subject] = self.tally.get(subject, 0) + 1
            self.votes.append(given_)
        if self.tally.get(subject, 0) > len(self.members) // 2:
            if subject in self.members:
                self.members.remove(subject)
                for old in [one for one in self.votes if one.voter == subject]:
                    self.uncast(old)
                    self.votes.remove(old)
            else:
                self.members.add(subject)
            self.votes = [one for one in self.votes if one.subject != subject]
            self.tally.pop(subject, None)

    def uncast(self, old: Vote) -> None:
        self.tally[old.subject] -= 1


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), st.booleans()), max_size=40),
)
def test_votes_are_counted_as_geth_counts_them(count: int, cast: list[tuple[int, int, bool]]) -> None:
    people = [bytes([number + 1]) * 20 for number in range(7)]
    now = Validators(Engine.CLIQUE, EPOCH, Mode.HEADER, FIRST, tuple(people[:count]))
    snapshot = GethSnapshot(people[:count])
    for voter, subject, adds in cast:
        if not now.members:
            break
        vote = Vote(now.members[voter % len(now.members)], people[subject], adds)
        now = now.voted(vote, kept=adds != (people[subject] in now.members))
        snapshot.vote(vote)
        assert now.members == tuple(sorted(snapshot.members))
