"""Consents: issue, suspend, reinstate, revoke, check."""

from __future__ import annotations

from fastapi import Request

from ledger_node.domain.codes import Basis, Operation, Purpose, Reason, StateReason
from ledger_node.domain.consent import Terms, Use
from registry_api import auth
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import ViewOf, WindowOf
from registry_api.routes.impact import affected
from registry_api.routes.parts import ById, Id, OfOrganisation, router
from registry_api.schemas.base import NOTHING, bits_of
from registry_api.schemas.consent import (
    ActOnConsent,
    Checked,
    CheckUse,
    Consent,
    Consents,
    ConsentUse,
    ConsentUses,
    IssueConsent,
    SuspendConsent,
)
from registry_api.schemas.lineage import Impact
from registry_api.schemas.problem import READ, WRITE, declared
from registry_api.showing import show_consent
from registry_api.writing import Accepted, answers, changes, creates

routes = router("consents")


@routes.post("/v1/consents", status_code=202, responses={**answers(created=True), **WRITE})
def issue_consent(node: NodeOf, once: Once, body: IssueConsent) -> Accepted:
    """Issue a consent on a dataset of this node's hospital."""
    terms = Terms(
        dataset=body.dataset,
        grantee=body.grantee,
        version_from=body.version_from,
        version_to=body.version_to or 0,
        basis=Basis[body.basis],
        purposes=Purpose(bits_of(body.purposes, Purpose)),
        operations=Operation(bits_of(body.operations, Operation)),
        not_before=body.not_before,
        expires_at=body.expires_at,
        max_rounds=body.max_rounds,
        project_ref=body.project_ref or NOTHING,
        policy_digest=body.policy_digest,
    )
    return creates(node.consents.issue(terms, once))


@routes.get("/v1/consents", responses=READ)
def list_consents(
    node: NodeOf,
    window: WindowOf,
    dataset: ById = None,
    grantee: OfOrganisation = None,
    grantor: OfOrganisation = None,
) -> Consents:
    """Consents, oldest first."""
    cut = window.cut(node.catalogue.list_consents, dataset=dataset, grantee=grantee, grantor=grantor)
    return Consents(**window.stamp, items=[show_consent(window, one) for one in cut.found], next=cut.next)


@routes.get("/v1/consents/{consent}", responses=READ)
def get_consent(node: NodeOf, view: ViewOf, consent: Id) -> Consent:
    """A consent: terms, state and log."""
    return Consent(**view.stamp, **dict(show_consent(view, node.catalogue.get_consent(consent, view.block))))


@routes.get("/v1/consents/{consent}/uses", responses=READ)
def list_consent_uses(node: NodeOf, window: WindowOf, consent: Id) -> ConsentUses:
    """Every recorded use of a consent, oldest first."""
    cut = window.cut_whole(node.catalogue.list_consent_uses(consent, window.block))
    return ConsentUses(**window.stamp, items=[ConsentUse.of(one) for one in cut.found], next=cut.next)


@routes.get("/v1/consents/{consent}/impact", responses=READ)
def get_consent_impact(node: NodeOf, window: WindowOf, consent: Id) -> Impact:
    """Model versions downstream of a consent."""
    return affected(window, node.lineages.impact_of_consent(consent, window.block))


@routes.post("/v1/consents/{consent}/suspend", status_code=202, responses={**answers(created=False), **WRITE})
def suspend_consent(request: Request, node: NodeOf, once: Once, consent: Id, body: SuspendConsent) -> Accepted:
    """Suspend a consent: the grantor without an end, a regulator until a time in the next 30 days."""
    auth.require(request.state.role, auth.SUSPENDING[body.until is not None])
    reason = StateReason[body.reason]
    if body.until is None:
        return changes(node.consents.suspend(consent, reason, once))
    return changes(node.consents.suspend_by_regulator(consent, reason, body.until, once))


@routes.post("/v1/consents/{consent}/reinstate", status_code=202, responses={**answers(created=False), **WRITE})
def reinstate_consent(node: NodeOf, once: Once, consent: Id, body: ActOnConsent) -> Accepted:
    """Lift the grantor's own suspension."""
    return changes(node.consents.reinstate(consent, StateReason[body.reason], once))


@routes.post("/v1/consents/{consent}/revoke", status_code=202, responses={**answers(created=False), **WRITE})
def revoke_consent(node: NodeOf, once: Once, consent: Id, body: ActOnConsent) -> Accepted:
    """Revoke a consent, for ever."""
    return changes(node.consents.revoke(consent, StateReason[body.reason], once))


@routes.post("/v1/consents/{consent}/check", responses={**READ, **declared(408, 413)})
def check_consent(node: NodeOf, view: ViewOf, consent: Id, body: CheckUse) -> Checked:
    """Would the contract permit this use? A question: nothing is written."""
    use = Use(
        grantee=body.grantee or node.identity.organisation,
        dataset=body.dataset,
        version=body.version,
        operation=Operation[body.operation],
        purposes=Purpose(bits_of(body.purposes, Purpose)),
        project_ref=body.project_ref or NOTHING,
        rounds=body.rounds,
    )
    reason = node.consents.check(consent, use, view.block)
    return Checked(**view.stamp, reason=reason.name, permitted=reason is Reason.OK)
