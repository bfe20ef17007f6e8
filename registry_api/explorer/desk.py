"""What waits for who is signed in, by their role, from what the node knows of its own organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from ledger_node.domain.codes import ConsentState, RequestState
from ledger_node.domain.consent import Consent
from ledger_node.domain.organisation import Proposal
from ledger_node.domain.recall import Recall
from ledger_node.domain.request import Request
from ledger_node.ports import Caller, Page
from registry_api import auth
from registry_api.explorer.text import short
from registry_api.reading import View
from registry_api.schemas.base import rfc3339
from registry_api.selecting import Selection
from registry_api.showing.consortium import state_of

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

T = TypeVar("T")
SHOWN = 10  # of each kind
LOOKED_FOR = 200  # of each kind: those that end first are shown
MOST_UNDER_WAY = 200  # newest submissions among which the open ones are
SOON = 30 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Item:
    """`name` is short, `code` is `(list, name)` of what a code list says of it; `page` is where it can be done."""

    name: str
    who: str
    when: str
    page: str
    code: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind; `more` when there may be others, which `page` lists. They wait until the time of each where
    `ends`, and the first to end comes first; else since then, the newest first."""

    kind: str
    page: str
    items: list[Item]
    more: bool
    ends: bool = False


def waiting(node: Node, view: View, caller: Caller) -> list[Waiting]:
    """Only what the caller's role may act on and their key reaches; a kind of which nothing waits is left out."""
    found = (look(node, view) for look, noun, act in LOOKS if auth.may(caller, noun, act))
    return [one for one in found if one.items or one.more]


def _submissions(node: Node, view: View) -> Waiting:
    ours = view.organisation(node.identity.organisation).name
    open_ = [one for one in node.submissions.list_recent(MOST_UNDER_WAY) if not one.settled]
    items = [Item(one.kind, ours, rfc3339(one.created_at), f"/submissions/{one.id}") for one in open_[:SHOWN]]
    return Waiting("submissions", "/submissions", items, len(open_) > SHOWN)


def _requests(node: Node, view: View) -> Waiting:
    @cache
    def is_ours(dataset: str) -> bool:
        return node.catalogue.get_dataset(dataset, view.block).custodian == node.identity.organisation

    def waits(one: Request) -> bool:
        return one.state is RequestState.OPEN and is_ours(one.wanted.dataset)

    return _waiting(view, "requests", "/requests", node.catalogue.list_requests, waits, _request)


def _questions(node: Node, view: View) -> Waiting:
    def waits(one: Request) -> bool:
        return one.state is RequestState.ASKED_BACK

    ours = node.identity.organisation
    return _waiting(view, "questions", "/requests", node.catalogue.list_requests, waits, _request, requester=ours)


def _request(view: View, one: Request) -> Item:
    return Item(
        short(one.id),
        view.organisation(one.requester).name,
        rfc3339(one.made_at),
        f"/requests/{one.id}",
        ("RequestState", one.state.name),
    )


def _ending(node: Node, view: View) -> Waiting:
    """What this organisation granted."""
    return _consents(node, view, "ending", lambda one: one.terms.grantee, grantor=node.identity.organisation)


def _lapsing(node: Node, view: View) -> Waiting:
    """What it was granted."""
    return _consents(node, view, "lapsing", lambda one: one.grantor, grantee=node.identity.organisation)


def _consents(node: Node, view: View, kind: str, other: Callable[[Consent], int], **where: int) -> Waiting:
    def waits(one: Consent) -> bool:
        ends = view.time < one.terms.expires_at <= view.time + SOON
        return ends and one.state_at(view.time) is not ConsentState.REVOKED

    def shown(view: View, one: Consent) -> Item:
        return Item(
            short(one.id),
            view.organisation(other(one)).name,
            rfc3339(one.terms.expires_at),
            f"/consents/{one.id}",
            ("ConsentState", one.state_at(view.time).name),
        )

    return _waiting(view, kind, "/consents", node.catalogue.list_consents, waits, shown, ends=True, **where)


def _recalls(node: Node, view: View) -> Waiting:
    ours = node.identity.organisation

    def waits(one: Recall) -> bool:
        return one.stands and one.issuer != ours and all(read.organisation != ours for read in one.acknowledgements)

    def shown(view: View, one: Recall) -> Item:
        return Item(
            short(one.id),
            view.organisation(one.issuer).name,
            rfc3339(one.issued_at),
            f"/recalls/{one.id}",
            ("Severity", one.severity.name),
        )

    return _waiting(view, "recalls", "/recalls", node.catalogue.list_recalls, waits, shown)


def _open(node: Node, view: View) -> Waiting:
    ours = node.status.organisation()

    def waits(one: Proposal) -> bool:
        return ours is not None and ours.at <= one.at and ours.number not in one.votes and state_of(view, one) == "OPEN"

    return _proposals(node, view, "proposals", waits)


def _passed(node: Node, view: View) -> Waiting:
    return _proposals(node, view, "passed", lambda one: state_of(view, one) == "PASSED")


def _proposals(node: Node, view: View, kind: str, waits: Callable[[Proposal], bool]) -> Waiting:
    def shown(view: View, one: Proposal) -> Item:
        return Item(
            str(one.number),
            view.organisation(one.proposer).name,
            rfc3339(one.deadline),
            f"/proposals/{one.number}",
            ("ProposalKind", one.kind.name),
        )

    return _waiting(view, kind, "/consortium", node.register.list_proposals, waits, shown, ends=True)


def _waiting(
    view: View,
    kind: str,
    page: str,
    listing: Callable[[Page], Sequence[T]],
    waits: Callable[[T], bool],
    shown: Callable[[View, T], Item],
    *,
    ends: bool = False,
    **where: Any,
) -> Waiting:
    selection = Selection(view.node, view.block, LOOKED_FOR if ends else SHOWN, None, None, None)
    selection.newest = True
    cut = selection.cut(listing, waits, **where)
    items = [shown(view, one) for one in cut.found]
    if ends:
        items.sort(key=attrgetter("when"))
    return Waiting(kind, page, items[:SHOWN], cut.next is not None or len(items) > SHOWN, ends)


#: What to look for, with the noun that a key must reach and the act that a role must be free to do.
LOOKS: tuple[tuple[Callable[[Node, View], Waiting], str, str], ...] = (
    (_recalls, "recalls", "acknowledge_recall"),
    (_requests, "requests", "decline_request"),
    (_questions, "requests", "make_request"),
    (_ending, "consents", "issue_consent"),
    (_lapsing, "runs", "open_run"),
    (_open, "proposals", "vote"),
    (_passed, "proposals", "execute_proposal"),
    (_submissions, "submissions", "list_submissions"),
)
