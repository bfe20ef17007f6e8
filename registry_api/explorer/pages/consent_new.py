"""Issuing a consent: a form in a steward's words, what it would say in plain language, and then the write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import Query, Request, Response
from pydantic import ValidationError
from starlette.responses import HTMLResponse

from ledger_node.domain.codes import DUO_MODIFIERS, DUO_PERMISSIONS, Capability
from ledger_node.domain.consent import Consent, Terms
from ledger_node.domain.position import Position
from ledger_node.domain.word import NOTHING
from ledger_node.errors import MedLedgerError
from ledger_node.ports import Page
from registry_api.explorer import acting, cards, custody, forms, terms_form
from registry_api.explorer.acting import Answer
from registry_api.explorer.choosing import members
from registry_api.explorer.page import render, router, texts_of
from registry_api.explorer.sending import render_form, send, show_again
from registry_api.explorer.visitor import require
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes.parts import ById
from registry_api.schemas.consent import IssueConsent
from registry_api.showing.consents import show_consent
from registry_api.validation import body_error

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()

MOST_DATASETS = 200  # to choose from
#: The button of a form: what to do with the terms.
STEP = "step"
DUO = {one.name: f"DUO:{number:07d}" for codes in (DUO_PERMISSIONS, DUO_MODIFIERS) for one, number in codes.items()}


@routes.get("/consents/new")
def show_new_consent(
    request: Request,
    node: NodeOf,
    view: ViewOf,
    dataset: ById = None,
    answers: Annotated[ById, Query(alias="request")] = None,
    supersedes: ById = None,
) -> HTMLResponse:
    """As new, or as a request asks for, or like a consent that it replaces."""
    if answers is not None:
        values = terms_form.of_request(node.catalogue.get_request(answers, view.block), view.time)
    elif supersedes is not None:
        former = node.catalogue.get_consent(supersedes, view.block)
        values = terms_form.of_consent(former)
    else:
        values = terms_form.new(view.time, dataset or "")
    return _show_form(request, node, view, values)


@routes.post("/consents/new")
async def issue_consent(request: Request, node: NodeOf, view: ViewOf) -> Response:
    """Its preview, the form again with what was typed, or the consent."""
    form = await forms.read_form(request)
    step = form.pop(STEP, "")

    def again(refused: Answer | None = None) -> Response:
        return _show_form(request, node, view, form, refused)

    if refused := acting.refusal(request, form):
        return await show_again(request, form, again, refused)
    if step == "change":
        return await to_thread.run_sync(again)
    if step != "issue":
        return await to_thread.run_sync(_preview, request, node, view, form)
    try:
        policy = terms_form.policy_of(form)
    except MedLedgerError:
        policy = None  # the same is said of the body, below
    if policy is not None and (kept := await acting.keep(request, form, policy)).refused:
        return await to_thread.run_sync(again, kept)
    return await send(request, form, "/v1/consents", lambda: terms_form.body_of(form), again, "/consents/{subject}")


def _show_form(
    request: Request, node: Node, view: View, values: dict[str, str], refused: Answer | None = None
) -> HTMLResponse:
    ours, t = node.identity.organisation, texts_of(request)
    held = node.catalogue.list_datasets(Page(view.block, MOST_DATASETS, where={"custodian": ours}, newest=True))
    named = [(one.id, f"{cards.title_of(node, one.card_digest) or one.number} ({one.id[:10]}…)") for one in held]
    asked = values.get("dataset", "")
    if named and asked and asked not in dict(named):
        named.append((asked, asked))
    return render_form(
        request,
        "consent_new.html",
        refused,
        values=values,
        datasets=named,
        stopped=custody.stopped_by_replacing(view, values.get("supersedes", "")),
        grantees=members(view, Capability.PUBLISHER | Capability.CUSTODIAN),
        duo=DUO,
        required=[(str(one), t(f"options.{one}")) for one in terms_form.REQUIRABLE],
        forbidden=[(str(one), t(f"options.{one}")) for one in terms_form.FORBIDDABLE],
        bounded=any(name.startswith("regions.") for name in values),
    )


def _preview(request: Request, node: Node, view: View, form: dict[str, str]) -> HTMLResponse:
    """Nothing is written: it is refused for what would be refused."""
    require(request, "consents", "issue_consent")
    try:
        terms = _terms_of(form)
        node.consents.require_issuable(terms)
    except MedLedgerError as error:
        return _show_form(request, node, view, form, Answer.of(error))
    policy = terms_form.policy_of(form)
    grantee = node.register.get_organisation(terms.grantee)
    versions = node.catalogue.list_dataset_versions(terms.dataset)
    stopped = custody.stopped_by_replacing(view, form.get("supersedes", ""))
    one = Consent(NOTHING, node.identity.organisation, view.time, terms, (), 0, 0, None, Position(view.block, 0))
    return render(
        request,
        "consent_preview.html",
        one=show_consent(view, one),
        name=cards.title_of(node, node.catalogue.get_dataset(terms.dataset).card_digest),
        warnings=terms_form.warnings(terms, grantee, len(versions), stops_runs=bool(stopped)),
        stopped=stopped,
        policy="" if policy is None else policy.decode(),
        values=forms.typed(form),
    )


def _terms_of(form: dict[str, str]) -> Terms:
    """As the API reads its body."""
    try:
        return IssueConsent.model_validate(terms_form.body_of(form)).facts()
    except ValidationError as error:
        raise body_error(error) from None
