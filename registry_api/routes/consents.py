"""Consents: issue, suspend, reinstate, revoke, check."""

from __future__ import annotations

from fastapi import Request, Response

from ledger_node.domain.codes import ConsentState, Operation, Purpose, Reason, StateReason
from ledger_node.domain.consent import Use
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.subject import CONSENT, Subject
from registry_api import auth
from registry_api.idempotency import Once
from registry_api.node import NodeOf
from registry_api.reading import AsOf, ViewOf, WindowOf
from registry_api.routes.evidence import BUNDLE, ValidatorsAt, taken_away
from registry_api.routes.filters import ByOperation, ByPurpose, InConsentState
from registry_api.routes.impact import affected
from registry_api.routes.parts import ById, Id, OfOrganisation, router
from registry_api.schemas.check import Checked, CheckUse
from registry_api.schemas.consent import (
    ActOnConsent,
    Consent,
    Consents,
    ConsentUse,
    ConsentUses,
    IssueConsent,
    SuspendConsent,
    SuspendConsents,
)
from registry_api.schemas.lineage import Impact
from registry_api.schemas.problem import READ, WRITE, declared
from registry_api.selecting import SelectionOf
from registry_api.showing.consents import show_consent
from registry_api.writing import Accepted, answers, changes, creates

routes = router("consents")


@routes.post("/v1/consents", status_code=202, responses={**answers(created=True), **WRITE})
def issue_consent(node: NodeOf, once: Once, body: IssueConsent) -> Accepted:
    """Issue a consent on a dataset of this node's hospital, also to answer a request or to supersede another."""
    return creates(node.consents.issue(once, body.facts()))


@routes.get("/v1/consents", responses=READ)
def list_consents(
    node: NodeOf,
    window: SelectionOf,
    dataset: ById = None,
    grantee: OfOrganisation = None,
    grantor: OfOrganisation = None,
    purpose: ByPurpose = None,
    operation: ByOperation = None,
    state: InConsentState = None,
) -> Consents:
    """Consents, oldest first."""
    wanted = state and ConsentState[state]
    cut = window.cut(
        node.catalogue.list_consents,
        None if wanted is None else lambda one: one.state_at(window.time) is wanted,
        dataset=dataset,
        grantee=grantee,
        grantor=grantor,
        purposes=purpose and Purpose[purpose],
        operations=operation and Operation[operation],
    )
    return Consents(**window.stamp, items=[show_consent(window, one) for one in cut.found], next=cut.next)


@routes.post("/v1/consents/suspend", status_code=202, responses={**answers(created=False), **WRITE})
def suspend_consents(request: Request, node: NodeOf, once: Once, body: SuspendConsents) -> Accepted:
    """Suspend up to 100 consents in one transaction, as for one: all or none."""
    auth.require(request.state.caller.role, auth.SUSPENDING[body.until is not None])
    reason = StateReason[body.reason]
    if body.until is None:
        return changes(node.consents.suspend_all(once, body.consents, reason))
    return changes(node.consents.suspend_all_by_regulator(once, body.consents, reason, body.until))


@routes.get("/v1/consents/{consent:other_than_suspend}", responses=READ)
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
    """Model versions downstream of a consent, also by way of datasets that were derived under it."""
    return affected(window, node.lineages.impact_of_consent(consent, window.block))


@routes.post("/v1/consents/{consent}/suspend", status_code=202, responses={**answers(created=False), **WRITE})
def suspend_consent(request: Request, node: NodeOf, once: Once, consent: Id, body: SuspendConsent) -> Accepted:
    """Suspend a consent: the grantor without an end, a regulator until a time in the next 30 days."""
    auth.require(request.state.caller.role, auth.SUSPENDING[body.until is not None])
    reason = StateReason[body.reason]
    if body.until is None:
        return changes(node.consents.suspend(once, consent, reason))
    return changes(node.consents.suspend_by_regulator(once, consent, reason, body.until))


@routes.post("/v1/consents/{consent}/reinstate", status_code=202, responses={**answers(created=False), **WRITE})
def reinstate_consent(node: NodeOf, once: Once, consent: Id, body: ActOnConsent) -> Accepted:
    """Lift the grantor's own suspension."""
    return changes(node.consents.reinstate(once, consent, StateReason[body.reason]))


@routes.post("/v1/consents/{consent}/revoke", status_code=202, responses={**answers(created=False), **WRITE})
def revoke_consent(node: NodeOf, once: Once, consent: Id, body: ActOnConsent) -> Accepted:
    """Revoke a consent, for ever."""
    return changes(node.consents.revoke(once, consent, StateReason[body.reason]))


@routes.post("/v1/consents/{consent}/check", responses={**READ, **declared(408, 413)})
def check_consent(node: NodeOf, view: ViewOf, consent: Id, body: CheckUse, as_of: AsOf = None) -> Checked:
    """Would the contract permit this use now, or at `asOf` if given? Nothing is written."""
    use = Use(
        grantee=body.grantee or node.identity.organisation,
        dataset=body.dataset,
        version=body.version,
        operation=Operation[body.operation],
        scope=body.scope.facts(),
        rounds=body.rounds,
        epsilon=body.epsilon,
    )
    reason = node.permissions.check(consent, use, None if as_of is None else view.block)
    return Checked(**view.stamp, reason=reason.name, permitted=reason is Reason.OK)


@routes.get("/v1/consents/{consent}/evidence", response_class=Response, responses=BUNDLE)
def get_consent_evidence(node: NodeOf, consent: Id, as_of: AsOf = None, validators_at: ValidatorsAt = None) -> Response:
    """The evidence bundle of a consent as of a block: its terms and whole log, and whose they are, with proofs."""
    return taken_away(node, Subject(CONSENT, parse_hex(consent, 32)), as_of, validators_at)
