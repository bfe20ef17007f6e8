"""How far a joining is: derived from the facts that the index has, so that it never depends on who was cut when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ledger_node.domain.codes import KeyRole, ProposalKind
from ledger_node.domain.organisation import Key, Proposal
from ledger_node.errors import JoiningState
from ledger_node.ports import Checkpoint, Index, Page
from ledger_node.services.proposals import Tally, tally


class Step(Enum):
    """What comes next."""

    PROPOSE = "propose"  # a member opens the proposal
    VOTE = "vote"  # the members vote
    ENTER = "enter"  # the newcomer's admin key carries its admission out
    OFFER = "offer"  # the admin key offers the operator key its role
    ACCEPT = "accept"  # the operator key accepts
    NOTHING = "nothing"  # it belongs, and its node can write


@dataclass(frozen=True, slots=True)
class Standing:
    """`former` counts proposals like ours that can pass no more, `others` are open ones with our key and not like ours;
    `since` is the block that left nothing to do."""

    step: Step
    proposal: Proposal | None = None
    tally: Tally | None = None
    organisation: int | None = None
    former: int = 0
    others: tuple[int, ...] = ()
    since: int = 0


def standing(index: Index, at: Checkpoint, payload: str, admin: str, operator: str) -> Standing:
    """As of a checkpoint, by that block's time. `payload` is the admission's (0x-hex); the keys are checksummed.

    JoiningState when a key can never take its role any more.
    """
    key = index.find_key(admin, at.number)
    if key is None or key.state != "accepted":
        _require_unused(key, "admin")
        return _voting(index, at, payload, admin)
    if key.role is not KeyRole.ADMIN or not any(
        one.executed and one.payload == payload for one in _admissions(index, at)
    ):
        _require_unused(key, "admin")  # of another organisation, whose node this must not become
    mine = index.find_key(operator, at.number)
    if mine is not None and mine.state == "accepted" and mine.organisation == key.organisation:
        return Standing(Step.NOTHING, organisation=key.organisation, since=mine.at.block)
    if mine is not None and mine.state == "retired" and mine.organisation == key.organisation:
        raise JoiningState(
            "the organisation has joined, and this operator key was retired since",
            got=f"organisation {key.organisation}",
            needed="another operator key, as docs/operator.md says under rotating it",
        )
    _require_unused(mine, "operator")
    offered = mine is not None and mine.state == "proposed" and mine.organisation == key.organisation
    return Standing(Step.ACCEPT if offered else Step.OFFER, organisation=key.organisation)


def _voting(index: Index, at: Checkpoint, payload: str, admin: str) -> Standing:
    """Of several proposals like ours the one that passed, else the newest. One that is not like ours is never carried
    out: a name stays as it was voted."""
    named = [one for one in _admissions(index, at) if admin.removeprefix("0x").lower() in one.payload]
    open_ = [one for one in reversed(named) if not one.executed and at.timestamp < one.deadline]
    ours = [one for one in open_ if one.payload == payload]
    former = sum(one.payload == payload for one in named) - len(ours)
    others = tuple(one.number for one in open_ if one.payload != payload)
    tallied = [(one, tally(index, one, at.number)) for one in ours]
    for one, votes in tallied:
        if votes.passed:
            return Standing(Step.ENTER, one, votes, former=former, others=others)
    for one, votes in tallied[:1]:
        return Standing(Step.VOTE, one, votes, former=former, others=others)
    return Standing(Step.PROPOSE, former=former, others=others)


def _admissions(index: Index, at: Checkpoint) -> Iterator[Proposal]:
    page = Page(at.number, where={"kind": int(ProposalKind.ADMIT)})
    while found := index.proposals(page):
        yield from found
        page = Page(at.number, after=found[-1].at, where=page.where)


def _require_unused(key: Key | None, role: str) -> None:
    """A key that was ever accepted belongs to that organisation for ever."""
    if key is not None and key.state in ("accepted", "retired"):
        raise JoiningState(
            f"the {role} key was used by an organisation before",
            got=f"{key.state} in organisation {key.organisation}",
            needed="a new key: begin again in another --dir",
        )
