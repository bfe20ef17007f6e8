"""QBFT's blocks: what the engine's rules allow holds, and each rule, broken alone, is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import InputError, InvalidField
from ledger_node.proof import extra_data, header
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.header import BlockRef
from ledger_node.proof.report import Result
from ledger_node.proof.sealed import Rule
from ledger_node.proof.sealing import check, listed_at, verify_seals
from ledger_node.proof.validators import Engine, Mode, Validators, Vote

from .sealers import APPENDED, EPOCH, FIRST, STRANGER, VANITY, Made, Sealer, fields, in_force, qbft, scalar, sealers

FOUR = sealers(4)
SETS = in_force(Engine.QBFT, FOUR)
IN_CONTRACT = in_force(Engine.QBFT, FOUR, mode=Mode.CONTRACT)
ADDRESSES = [one.address for one in FOUR]
ADD, DROP = b"\xff", b""


def broken(made: Made, validators: Validators = SETS) -> set[Rule]:
    return {breach.rule for breach in check(validators, header.from_rlp(made.rlp())).breaches}


@pytest.mark.parametrize(("count", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (18, 12)])
def test_two_thirds_of_the_validators_seal_a_block(count: int, quorum: int) -> None:
    members = sealers(count)
    validators = in_force(Engine.QBFT, members)
    enough = check(validators, qbft(members, by=members[-quorum:]).header())
    assert (enough.result, validators.quorum, enough.breaches) == (Result.VERIFIED, quorum, ())
    assert broken(qbft(members, by=members[1 - quorum :] if quorum > 1 else []), validators) == {Rule.QUORUM}


@pytest.mark.parametrize("number", [0, 1, 127, 128, 70_000])
def test_answer_names_hashes_round_proposer_and_signers(number: int) -> None:
    made = qbft(FOUR, by=FOUR[1:], number=number)
    assert check(SETS, made.header(), made.hash).to_json() == {
        "result": "verified",
        "engine": "qbft",
        "number": 1,
        "blockHash": to_hex(made.hash),
        "commitHash": to_hex(made.commit),
        "round": number,
        "proposer": to_hex(FOUR[0].address),
        "signers": [to_hex(one.address) for one in FOUR[1:]],
        "quorum": 3,
        "validators": 4,
        "breaches": [],
    }
    assert (made.hash == made.commit) == (number == 0)


THREE = FOUR[:3]
GOOD = qbft(FOUR, by=THREE)
LAST = FOUR[3].seal(GOOD.commit)

#: What is changed in a good block, and the rule that is broken then, with nothing else.
CHANGES: list[tuple[str, dict[str, Any], Rule]] = [
    ("too few seals", {"by": FOUR[:2]}, Rule.QUORUM),
    ("no seals", {"by": []}, Rule.QUORUM),
    ("a seal twice", {"by": [*THREE, FOUR[0]]}, Rule.DISTINCT),
    ("a foreign seal", {"by": [*FOUR, STRANGER]}, Rule.SEAL),
    ("a seal over another round", {"by": THREE, "more": [FOUR[3].seal(qbft(FOUR, number=1).commit)]}, Rule.SEAL),
    ("a seal with a prefix", {"by": THREE, "more": [FOUR[3].seal(keccak256(b"\x19E" + GOOD.commit))]}, Rule.SEAL),
    ("a seal with v 27", {"by": THREE, "more": [LAST[:64] + bytes([LAST[64] + 27])]}, Rule.SEAL),
    ("a seal with v 2", {"by": THREE, "more": [LAST[:64] + b"\x02"]}, Rule.SEAL),
    ("a seal with the other v", {"by": THREE, "more": [LAST[:64] + bytes([1 - LAST[64]])]}, Rule.SEAL),
    ("a seal of zeros", {"by": THREE, "more": [bytes(65)]}, Rule.SEAL),
    ("difficulty 2", {"difficulty": b"\x02"}, Rule.DIFFICULTY),
    ("difficulty 0", {"difficulty": b""}, Rule.DIFFICULTY),
    ("another mixHash", {"mixHash": bytes(32)}, Rule.MIX_HASH),
    ("a foreign miner", {"miner": STRANGER.address}, Rule.MINER),
    ("unsorted validators", {"listed": ADDRESSES[::-1]}, Rule.VALIDATORS),
    ("a validator too few", {"listed": ADDRESSES[:3]}, Rule.VALIDATORS),
    ("a validator too many", {"listed": sorted([*ADDRESSES, STRANGER.address])}, Rule.VALIDATORS),
    ("a validator twice", {"listed": [*ADDRESSES, ADDRESSES[3]]}, Rule.VALIDATORS),
    ("no validators", {"listed": []}, Rule.VALIDATORS),
]


@pytest.mark.parametrize(("changes", "rule"), [one[1:] for one in CHANGES], ids=[one[0] for one in CHANGES])
def test_each_rule_is_named_when_it_alone_is_broken(changes: dict[str, Any], rule: Rule) -> None:
    made = qbft(FOUR, **changes)
    assert broken(made) == {rule}
    walk = verify_seals(SETS, [made.header()])
    assert (walk.blocks, walk.final, walk.validators) == ((), None, SETS)
    assert walk.breach is not None
    assert walk.breach.rule is rule


def test_seals_over_another_round_are_of_strangers() -> None:
    assert broken(qbft(FOUR, signed_round=1)) == {Rule.SEAL, Rule.QUORUM}
    assert broken(qbft(FOUR, number=1, signed_round=0)) == {Rule.SEAL, Rule.QUORUM}


def test_a_good_seal_too_many_does_no_harm() -> None:
    assert broken(qbft(FOUR, by=THREE, more=[LAST])) == set()


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"listed": []}, set()),
        ({"listed": [], "number": 3}, set()),
        ({}, {Rule.VALIDATORS}),
        ({"listed": [], "vote": [STRANGER.address, ADD]}, {Rule.VOTE}),
        ({"listed": [], "by": FOUR[:2]}, {Rule.QUORUM}),
    ],
)
def test_contract_mode_lists_and_votes_on_nobody(changes: dict[str, Any], rules: set[Rule]) -> None:
    made = qbft(FOUR, **changes)
    assert broken(made, IN_CONTRACT) == rules
    if not rules:
        assert verify_seals(IN_CONTRACT, [made.header()]).validators.members == IN_CONTRACT.members


def parts(**changes: Any) -> bytes:
    """extraData that would be good, with parts that are changed, and `surplus` parts after them."""
    given: dict[str, Any] = {"vanity": VANITY, "validators": ADDRESSES, "vote": [], "round": b"", "seals": []}
    surplus = changes.pop("surplus", [])
    return bytes(rlp.encode([*(given | changes).values(), *surplus]))


EXTRAS: dict[str, bytes] = {
    "nothing": b"",
    "no list": rlp.encode(b"extra"),
    "four parts": rlp.encode([VANITY, ADDRESSES, [], b""]),
    "a sixth part": parts(surplus=[b""]),
    "trailing bytes": parts() + b"\x00",
    "cut short": parts()[:-1],
    "a needless prefix": b"\xf9\x00" + parts()[1:],
    "a short vanity": parts(vanity=VANITY[:31]),
    "a long vanity": parts(vanity=VANITY + b"\0"),
    "a vanity of lists": parts(vanity=[b""] * 32),
    "a short validator": parts(validators=[ADDRESSES[0][:19]]),
    "validators as a string": parts(validators=b""),
    "no vote but a string": parts(vote=b""),
    "a vote without its type": parts(vote=[STRANGER.address]),
    "a vote with a third part": parts(vote=[STRANGER.address, ADD, b""]),
    "a vote of type 1": parts(vote=[STRANGER.address, b"\x01"]),
    "a vote of type 0": parts(vote=[STRANGER.address, b"\x00"]),
    "a vote of type ffff": parts(vote=[STRANGER.address, b"\xff\xff"]),
    "a vote of a list": parts(vote=[STRANGER.address, []]),
    "a vote on a short address": parts(vote=[STRANGER.address[:19], ADD]),
    "round 0 as a byte": parts(round=b"\x00"),
    "round 1 with a leading zero": parts(round=b"\x00\x01"),
    "a round of five bytes": parts(round=b"\x01\x00\x00\x00\x00"),
    "a round as a list": parts(round=[]),
    "seals as a string": parts(seals=b""),
    "a short seal": parts(seals=[bytes(64)]),
    "a long seal": parts(seals=[bytes(66)]),
}


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS)
def test_extra_data_has_one_strict_form(extra: bytes) -> None:
    with pytest.raises(InputError):
        extra_data.decode(extra)
    made = qbft(FOUR, extra=extra)
    seen = check(SETS, header.from_rlp(made.rlp()))
    assert [breach.rule for breach in seen.breaches] == [Rule.EXTRA_DATA]
    assert (seen.block, seen.to_json()["blockHash"]) == (None, None)
    walk = verify_seals(SETS, [header.from_rlp(made.rlp())])
    assert walk.breach is not None
    assert walk.breach.rule is Rule.EXTRA_DATA


@given(st.data())
def test_extra_data_is_read_as_it_was_written(data: st.DataObject) -> None:
    vote = data.draw(st.none() | st.builds(extra_data.Ballot, st.binary(min_size=20, max_size=20), st.booleans()))
    made = extra_data.ExtraData(
        data.draw(st.binary(min_size=32, max_size=32)),
        tuple(data.draw(st.lists(st.binary(min_size=20, max_size=20), max_size=4))),
        vote,
        data.draw(st.integers(0, 2**32 - 1)),
        tuple(data.draw(st.lists(st.binary(min_size=65, max_size=65), max_size=4))),
    )
    written = [] if vote is None else [vote.subject, ADD if vote.adds else DROP]
    assert made.encode() == rlp.encode([made.vanity, made.validators, written, scalar(made.round), made.seals])
    assert extra_data.decode(made.encode()) == made


@given(st.integers(0, len(qbft(FOUR, by=THREE, number=2).rlp()) - 1), st.integers(1, 255))
def test_any_byte_changed_in_a_header_breaks_it(position: int, change: int) -> None:
    """Three of four sealed, so that every seal is needed."""
    content = bytearray(qbft(FOUR, by=THREE, number=2).rlp())
    content[position] ^= change
    try:
        changed = header.from_rlp(bytes(content))
    except InputError:
        return
    assert check(SETS, changed).result is Result.FAILED


@pytest.mark.parametrize("appended", {*range(len(APPENDED) + 1)} - {3})  # the two of blob gas come together
def test_header_of_every_fork_holds_as_json_and_as_rlp(appended: int) -> None:
    made = qbft(FOUR, by=THREE, number=1, appended=appended)
    for given_ in (header.from_rlp(made.rlp()), header.sealed_from_rpc(made.rpc())):
        assert len(given_.fields) == 15 + appended
        seen = check(SETS, given_, made.hash)
        assert seen.result is Result.VERIFIED
        assert seen.block is not None
        assert seen.block.header == header.from_rpc(made.rpc())
        assert seen.block.header.hash == made.hash


def test_fields_that_the_rlp_does_not_hold_may_be_shown() -> None:
    made = qbft(FOUR, by=THREE, appended=4)
    more = made.rpc() | {"parentBeaconBlockRoot": to_hex(bytes(32)), "requestsHash": to_hex(bytes(32))}
    assert header.sealed_from_rpc(more) == made.header()
    without_hash = {name: part for name, part in made.rpc().items() if name != "hash"}
    assert check(SETS, header.as_shown(without_hash)).result is Result.VERIFIED


def test_a_hash_that_is_claimed_must_be_the_blocks() -> None:
    seen = check(SETS, header.as_shown(GOOD.rpc() | {"hash": to_hex(FIRST.hash)}), FIRST.hash)
    assert [breach.rule for breach in seen.breaches] == [Rule.HASH]
    at = in_force(Engine.QBFT, FOUR, BlockRef(1, FIRST.hash))
    assert [breach.rule for breach in check(at, GOOD.header()).breaches] == [Rule.HASH]


# The walk: places, votes, epochs.


class History:
    """A chain that goes on block by block, each listing the members that the test says."""

    def __init__(self, members: Sequence[Sealer], *, epoch: int = EPOCH, at: BlockRef = FIRST) -> None:
        self.start = in_force(Engine.QBFT, members, at, epoch=epoch)
        self.made: list[Made] = []

    def add(self, members: Sequence[Sealer], proposer: Sealer | None = None, vote: Any = ()) -> History:
        parent = self.made[-1].ref if self.made else self.start.at
        known = sorted(members, key=lambda one: one.address)
        miner = (proposer or known[0]).address
        self.made.append(qbft(known, parent, vote=vote, miner=miner))
        return self

    def members(self) -> list[bytes]:
        """Those after all blocks, which hold."""
        walk = verify_seals(self.start, [one.header() for one in self.made])
        assert walk.breach is None
        assert walk.final == walk.validators.at == self.made[-1].ref
        assert [block.header.hash for block in walk.blocks] == [one.hash for one in self.made]
        return list(walk.validators.members)


def of(*members: Sealer) -> list[bytes]:
    return sorted(one.address for one in members)


A, B, C, D = FOUR
E = STRANGER


def test_walk_needs_each_block_to_follow_the_one_before() -> None:
    history = History(FOUR).add(FOUR).add(FOUR).add(FOUR)
    whole = [one.header() for one in history.made]
    assert verify_seals(history.start, []).final is None
    for wrong, rule in (
        ([whole[0], whole[2]], Rule.NUMBER),
        ([whole[0], whole[0]], Rule.NUMBER),
        ([whole[0], qbft(FOUR, BlockRef(1, FIRST.hash)).header()], Rule.PARENT),
        ([whole[0], qbft(FOUR, history.made[0].ref, by=FOUR[:2]).header()], Rule.QUORUM),
    ):
        walk = verify_seals(history.start, wrong)
        assert walk.breach is not None
        assert (walk.breach.rule, len(walk.blocks), walk.final) == (rule, 1, history.made[0].ref)


def test_majority_of_votes_adds_a_validator() -> None:
    history = History(FOUR).add(FOUR, A, [E.address, ADD]).add(FOUR, B, [E.address, ADD])
    assert history.members() == of(A, B, C, D)
    history.add(FOUR, C, [E.address, ADD])
    assert history.members() == of(A, B, C, D, E)
    assert history.add([*FOUR, E], E).members() == of(A, B, C, D, E)
    late = verify_seals(history.start, [one.header() for one in [*history.made[:3], qbft(FOUR, history.made[2].ref)]])
    assert late.breach is not None
    assert late.breach.rule is Rule.VALIDATORS


def test_majority_of_votes_drops_a_validator_and_its_votes() -> None:
    history = History(FOUR).add(FOUR, D, [E.address, ADD])
    for one in (A, B, C):
        history.add(FOUR, one, [D.address, DROP])
    assert history.members() == of(A, B, C)
    # Of three the majority is two: the vote of the one that was dropped does not count.
    assert history.add([A, B, C], A, [E.address, ADD]).members() == of(A, B, C)
    assert history.add([A, B, C], B, [E.address, ADD]).members() == of(A, B, C, E)


def test_votes_are_one_for_each_voter_and_subject() -> None:
    history = History(FOUR)
    for _ in range(3):
        history.add(FOUR, A, [E.address, ADD])
    assert history.members() == of(A, B, C, D)
    history.add(FOUR, B, [E.address, ADD]).add(FOUR, A, [E.address, DROP]).add(FOUR, C, [E.address, ADD])
    assert history.members() == of(A, B, C, D)
    assert history.add(FOUR, A, [E.address, ADD]).members() == of(A, B, C, D, E)


def test_block_of_an_epoch_clears_votes_and_ignores_its_own() -> None:
    """Of blocks 1 to 5 the third is of an epoch: without it the votes of 1, 2 and 3 would decide, then those of 4."""
    history = History(FOUR, epoch=3)
    for one in (A, B, C, D, A):
        assert history.add(FOUR, one, [E.address, ADD]).members() == of(A, B, C, D)
    after = History(FOUR, epoch=3, at=BlockRef(6, FIRST.hash))
    for one in (A, B):
        after.add(FOUR, one, [E.address, ADD])
    assert after.members() == of(A, B, C, D)
    longer = History(FOUR, epoch=4)
    for one in (A, B, C):
        longer.add(FOUR, one, [E.address, ADD])
    assert longer.members() == of(A, B, C, D, E)


def test_unknown_votes_before_the_start_break_a_later_block() -> None:
    """Whoever starts between votes may refuse a good block, and never takes a bad one for good."""
    history = History(FOUR).add(FOUR, A, [E.address, ADD])
    late = in_force(Engine.QBFT, FOUR, history.made[0].ref)
    history.add(FOUR, B, [E.address, ADD]).add(FOUR, C, [E.address, ADD]).add([*FOUR, E])
    walk = verify_seals(late, [one.header() for one in history.made[1:]])
    assert walk.breach is not None
    assert (walk.breach.rule, len(walk.blocks)) == (Rule.VALIDATORS, 2)


class BesuTally:
    """Besu's tally of votes, written from its description: two sets of voters for each subject."""

    def __init__(self, members: Sequence[bytes]) -> None:
        self.members = set(members)
        self.votes: dict[bool, dict[bytes, set[bytes]]] = {True: {}, False: {}}

    def vote(self, voter: bytes, subject: bytes, adds: bool) -> None:
        mine, other = (self.votes[side].setdefault(subject, set()) for side in (adds, not adds))
        mine.add(voter)
        other.discard(voter)
        limit = len(self.members) // 2 + 1
        added, dropped = (len(self.votes[side][subject]) >= limit for side in (True, False))
        if added:
            self.members.add(subject)
        if dropped:
            self.members.discard(subject)
            for voters in [*self.votes[True].values(), *self.votes[False].values()]:
                voters.discard(subject)
        if added or dropped:
            for side in (True, False):
                self.votes[side].pop(subject)


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), st.booleans()), max_size=40),
)
def test_votes_are_counted_as_besu_counts_them(count: int, cast: list[tuple[int, int, bool]]) -> None:
    people = [bytes([number + 1]) * 20 for number in range(7)]
    now = Validators(Engine.QBFT, EPOCH, Mode.HEADER, FIRST, tuple(people[:count]))
    tally = BesuTally(people[:count])
    for voter, subject, adds in cast:
        if not now.members:
            break
        by = now.members[voter % len(now.members)]
        now = now.voted(Vote(by, people[subject], adds))
        tally.vote(by, people[subject], adds)
        assert now.members == tuple(sorted(tally.members))


# Where a walk begins.


def first_block(extra: bytes) -> Made:
    raw = fields(BlockRef(-1, bytes(32)), mixHash=bytes(32), extraData=extra)
    digest = keccak256(rlp.encode(list(raw.values())))
    return Made(raw, digest, digest)


def test_first_block_says_who_begins() -> None:
    made = first_block(parts())
    found = listed_at(made.header(), Engine.QBFT, EPOCH)
    assert found == in_force(Engine.QBFT, FOUR, BlockRef(0, made.hash))
    assert verify_seals(found, [qbft(FOUR, made.ref).header()]).breach is None
    assert {breach.rule for breach in check(found, made.header()).breaches} >= {Rule.NUMBER}


def test_first_block_is_hashed_as_it_is() -> None:
    made = first_block(parts(round=b"\x05", seals=[bytes(65)]))
    assert header.from_rpc(made.rpc()).hash == made.hash
    assert listed_at(made.header(), Engine.QBFT, EPOCH).at == BlockRef(0, made.hash)


def test_block_of_an_epoch_says_who_goes_on_and_others_do_not() -> None:
    at = BlockRef(5, FIRST.hash)
    assert listed_at(qbft(FOUR, at).header(), Engine.QBFT, 3).members == SETS.members
    for wrong in (
        qbft(FOUR, BlockRef(6, FIRST.hash)),
        qbft(FOUR, at, listed=[]),
        qbft(FOUR, at, listed=[*ADDRESSES, ADDRESSES[0]]),
    ):
        with pytest.raises(InvalidField):
            listed_at(wrong.header(), Engine.QBFT, 3)
