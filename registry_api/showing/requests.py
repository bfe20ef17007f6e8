"""Requests for a consent: what was asked, what was said about it, and how it was answered."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.codes import names_of
from ledger_node.domain.dataset import Dataset
from ledger_node.domain.request import Message, Request, compared
from ledger_node.services.requests import statement_of
from registry_api.questions.documents import Document, Wanted
from registry_api.questions.reading import read_documents
from registry_api.reading import View
from registry_api.schemas import request as requests
from registry_api.schemas.base import rfc3339, some_time, something
from registry_api.schemas.scope import mondo
from registry_api.showing.consents import show_consent


def show_requests(view: View, found: Sequence[Request]) -> list[requests.RequestFacts]:
    """Their datasets are looked up once for all."""
    datasets = view.node.index.datasets_by_id({one.wanted.dataset for one in found}, view.block)
    return [_shown(view, one, datasets[one.wanted.dataset]) for one in found]


def _shown(view: View, found: Request, dataset: Dataset) -> requests.RequestFacts:
    wanted = found.wanted
    return requests.RequestFacts(
        id=found.id,
        requester=view.organisation(found.requester),
        custodian=view.organisation(dataset.custodian),
        made_at=rfc3339(found.made_at),
        dataset=wanted.dataset,
        purposes=names_of(wanted.purposes),
        operations=names_of(wanted.operations),
        condition=mondo(wanted.condition),
        regions=names_of(wanted.regions),
        not_before=rfc3339(wanted.not_before),
        expires_at=rfc3339(wanted.expires_at),
        max_rounds=wanted.max_rounds,
        epsilon_budget=wanted.epsilon_budget,
        project_ref=something(wanted.project_ref),
        card_digest=wanted.card_digest,
        state=found.state.name,
        consent=found.consent,
        decline_reason=None if found.decline_reason is None else found.decline_reason.name,
        answered_at=some_time(found.answered_at),
        block=found.at.block,
    )


def show_history(view: View, found: Request) -> requests.Request:
    """Ends the view's moment: documents may be away."""
    (shown,) = show_requests(view, [found])
    facts = {**view.stamp, **dict(shown)}
    grant = None if found.consent is None else _grant(view, found, found.consent)
    return requests.Request(**facts, messages=show_messages(view, found), grant=grant)


def show_visa(view: View, found: Request, visa: str) -> requests.VisaCheck:
    """Ends the view's moment: its issuer may be away."""
    stamp, messages = view.stamp, show_messages(view, found)
    own = requests.VisaStatement.of(statement_of(view.node.requests.read_visa(found.id, visa)))
    said = [(one.number, told) for one in messages for told in one.visas if told.digest == own.digest]
    number, told = said[0] if said else (None, None)
    return requests.VisaCheck(**stamp, visa=own, message=number, agrees=None if told is None else told == own)


def show_messages(view: View, found: Request) -> list[requests.Message]:
    """Ends the view's moment: documents may be away."""
    view.look_up(*(one.sender for one in found.messages))
    view.close()
    asked = {one.number: Wanted(one.digest, "message", one.sender, found.id) for one in found.messages}
    documents = read_documents(view.node, asked.values())
    return [_message(view, found, one, documents[asked[one.number].key]) for one in found.messages]


def _grant(view: View, found: Request, consent: str) -> requests.Grant:
    granted = view.node.catalogue.get_consent(consent, view.block)
    narrower, wider = compared(found.wanted, granted.terms)
    return requests.Grant(consent=show_consent(view, granted), narrower=list(narrower), wider=list(wider))


def _message(view: View, request: Request, message: Message, document: Document) -> requests.Message:
    said, missing = document.content or {}, document.why or None
    if said and said["request"] != request.id:
        said, missing = {}, "the document is about another request"
    return requests.Message(
        number=message.number,
        sender=view.organisation(message.sender),
        sent_at=rfc3339(message.sent_at),
        in_reply_to=said.get("inReplyTo"),
        text=said.get("text"),
        visas=[requests.VisaStatement.of(one) for one in said.get("visas", ())],
        digest=message.digest,
        missing=missing,
        block=message.at.block,
    )
