"""Who may seal blocks: the validators in force at a block, with the votes on them that are pending.

A trust file says who they are; `sealing` says how the blocks after it change them. Clique's own word is signers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ledger_node.errors import InvalidField
from ledger_node.proof.codec import Codec, octets, one_of, record, rising, uint
from ledger_node.proof.header import BlockRef

#: With more, the list and the seals of a QBFT block would not fit `header.MAX_EXTRA_DATA`.
MAX_MEMBERS = 512


class Engine(StrEnum):
    """By which rules blocks are sealed. anvil seals none."""

    QBFT = "qbft"
    CLIQUE = "clique"


class Mode(StrEnum):
    """Where QBFT's validators are kept. HEADER: in each block's extraData, changed by votes. CONTRACT: in a contract's
    storage, which headers do not show. Clique knows only HEADER."""

    HEADER = "header"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Vote:
    """A member's vote to add or to drop somebody; addresses of 20 bytes."""

    voter: bytes
    subject: bytes
    adds: bool


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of the block after `at`.

    `epoch` is in blocks: one whose number it divides clears all votes. `members` are addresses (20 bytes) in rising
    order. `votes` are those pending, at most one of each voter on each subject. `recent` are who sealed the last
    blocks, the newest last; Clique alone needs them. A trust file says neither: then a change of members by votes that
    are not known breaks the rules of a later block.
    """

    engine: Engine
    epoch: int
    mode: Mode
    at: BlockRef
    members: tuple[bytes, ...]
    votes: tuple[Vote, ...] = ()
    recent: tuple[bytes, ...] = ()

    @property
    def majority(self) -> int:
        """floor(n/2)+1: the votes that decide, and the signers that make a block of Clique safe."""
        return len(self.members) // 2 + 1

    @property
    def quorum(self) -> int:
        """The seals that a block needs: ceil(2n/3) in QBFT, one in Clique."""
        return -(-2 * len(self.members) // 3) if self.engine is Engine.QBFT else 1

    def voted(self, vote: Vote, *, kept: bool = True) -> Validators:
        """These after a vote, which takes the place of the voter's earlier one on the same subject.

        A majority decides. Then all votes on the subject are gone, and those by one that was dropped. A vote that is
        not `kept` only takes the place.
        """
        votes = [one for one in self.votes if (one.voter, one.subject) != (vote.voter, vote.subject)]
        votes += [vote] if kept else []
        members = set(self.members)
        for adds in (True, False):
            if sum((one.subject, one.adds) == (vote.subject, adds) for one in votes) >= self.majority:
                members = members | {vote.subject} if adds else members - {vote.subject}
                votes = [one for one in votes if one.subject != vote.subject and (adds or one.voter != vote.subject)]
        return replace(self, members=tuple(sorted(members)), votes=tuple(votes))


_record = record(
    Validators,
    {
        "engine": one_of(Engine),
        "epoch": uint(53),
        "mode": one_of(Mode),
        "at": record(BlockRef, {"number": uint(53), "hash": octets(32)}),
        "members": rising(octets(20), MAX_MEMBERS, lambda member: member),
    },
)


def _read(value: object) -> Validators:
    found = _record.read(value)
    if not found.epoch or not found.members:
        raise InvalidField("epoch or members of nothing", got="0", needed="at least 1")
    if found.engine is Engine.CLIQUE and found.mode is not Mode.HEADER:
        raise InvalidField("mode is another engine's", got=found.mode, needed=Mode.HEADER)
    return found


#: `{"engine", "epoch", "mode", "at": {"number", "hash"}, "members": […]}`, as a trust file has it.
validators: Codec[Validators] = Codec(_read, _record.write, _record.shape)
