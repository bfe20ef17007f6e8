"""What the pages show of the consortium: its members and their keys, its votes, its contracts, and what was signed of
the chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.organisation import Key, Organisation, Proposal
from ledger_node.ports import Page
from registry_api.explorer import ballots
from registry_api.reading import View
from registry_api.schemas.base import rfc3339
from registry_api.schemas.checkpoint import Checkpoint
from registry_api.schemas.key import KeyFacts
from registry_api.schemas.organisation import GenerationFacts, OrganisationFacts
from registry_api.schemas.proposal import ProposalFacts
from registry_api.selecting import Selection
from registry_api.showing.consortium import show_generation, show_key, show_organisation, show_proposal

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

SHOWN = 10  # of what has a page of its own
MOST_OPEN = 50
MOST_VOTES = 1_000  # of all proposals, since one was opened
MOST_COUNTED = 1_000  # of what an organisation holds; beyond it is said that there are more
#: Votes about one organisation.
ABOUT_A_MEMBER = (ProposalKind.SUSPEND, ProposalKind.REINSTATE, ProposalKind.REMOVE, ProposalKind.REPLACE_ADMIN)


@dataclass(frozen=True, slots=True)
class Member:
    """`keys` counts those that are accepted, `claimed` those of which a compromise is claimed."""

    facts: OrganisationFacts
    keys: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation of contracts, and since when it is listed."""

    facts: GenerationFacts
    since: str


@dataclass(frozen=True, slots=True)
class Holding:
    """How many of its things an organisation has, `more` when there are beyond that, and the page that lists them."""

    noun: str
    count: int
    more: bool
    page: str


def members(view: View, found: Sequence[Organisation]) -> list[Member]:
    def member(one: Organisation) -> Member:
        keys = view.node.register.list_keys(one.number, view.block)
        claimed = sum(key.compromised_since > 0 for key in keys)
        return Member(show_organisation(view, one), sum(key.state == "accepted" for key in keys), claimed)

    return [member(one) for one in found]


def rules(node: Node, view: View) -> dict[str, int]:
    """What a proposal takes that is opened now."""
    everybody = node.register.list_organisations(Page(view.block, limit=1_000_000))
    return ballots.needed_now(everybody, node.register.get_thresholds(view.block))


def undecided(node: Node, view: View) -> list[ProposalFacts]:
    """Those that are open, or passed and not carried out; the newest first."""
    return _proposals(node, view, MOST_OPEN, lambda one: not one.executed and view.time < one.deadline)


def generations(node: Node, view: View) -> list[Kept]:
    """The newest first."""
    found = node.register.list_generations(view.block)
    newest = max((one.number for one in found), default=1)
    return [Kept(show_generation(one, newest), rfc3339(view.time_at(one.at.block))) for one in reversed(found)]


def checkpoints(node: Node, view: View) -> list[Checkpoint]:
    """The greatest height first."""
    return [Checkpoint.of(one) for one in node.checkpoints.list_recent(Page(view.block, SHOWN))]


def votes_about(node: Node, view: View, number: int) -> list[ProposalFacts]:
    """The newest votes about an organisation."""

    def concerns(one: Proposal) -> bool:
        return one.kind in ABOUT_A_MEMBER and node.proposals.fields_of(one)["organisation"] == number

    return _proposals(node, view, SHOWN, concerns)


def keys(node: Node, view: View, number: int) -> list[KeyFacts]:
    """Those that count first, of each kind the newest first."""

    def rank(one: Key) -> tuple[bool, int]:
        return one.state != "accepted", -one.at.block

    return [show_key(view, one) for one in sorted(node.register.list_keys(number, view.block), key=rank)]


def holdings(node: Node, view: View, number: int) -> list[Holding]:
    """What an organisation has of each kind; nothing for a kind of which it has none."""
    listed: tuple[tuple[str, Callable[[Page], Sequence[Any]], str], ...] = (
        ("datasets", node.catalogue.list_datasets, "custodian"),
        ("models", node.catalogue.list_models, "publisher"),
        ("consents", node.catalogue.list_consents, "grantor"),
        ("consents", node.catalogue.list_consents, "grantee"),
    )
    found = [
        (noun, by, len(listing(Page(view.block, MOST_COUNTED + 1, where={by: number})))) for noun, listing, by in listed
    ]
    return [
        Holding(by, min(count, MOST_COUNTED), count > MOST_COUNTED, f"/{noun}?{by}={number}")
        for noun, by, count in found
        if count
    ]


def _proposals(node: Node, view: View, most: int, holds: Callable[[Proposal], bool]) -> list[ProposalFacts]:
    selection = Selection(node, view.block, most, None, None, None)
    selection.newest = True
    return [show_proposal(view, one) for one in selection.cut(node.register.list_proposals, holds).found]


def cast_at(node: Node, view: View, of: Proposal) -> dict[int, str]:
    """When each organisation voted last, as far as the events that followed the proposal say it."""
    reading = node.feed.read(node.feed.end_of(of.at.block - 1), MOST_VOTES, ("VoteCast",))
    votes = [one for one in reading.told if not one.reverted and one.event.at.block <= view.block]
    ours = [one for one in votes if int(str(one.event.args["proposal"])) == of.number]
    return {int(str(one.event.args["voter"])): rfc3339(one.time) for one in ours}
