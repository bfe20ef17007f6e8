"""What may be done to a consent by whom, and what doing it would reach."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ledger_node.domain.codes import TAINTING, Capability, Operation, Outcome, StateReason
from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.errors import LookupFailure
from ledger_node.ports import Caller
from registry_api import auth
from registry_api.reading import View
from registry_api.schemas.run import RunFacts
from registry_api.showing.models import show_run

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

#: The operation of each act, by its word in the paths.
ACTS = {"suspend": "suspend_consent", "reinstate": "reinstate_consent", "revoke": "revoke_consent"}
#: A person gives no other: a consent is superseded by the one that replaces it.
REASONS = [one for one in StateReason if one is not StateReason.SUPERSEDED]
FORWARD = [one.name for one in REASONS if one not in TAINTING]
BACKWARD = [one.name for one in REASONS if one in TAINTING]
#: Operations of which uses are recorded for something else than a run.
OTHERS = Operation.EXPORT_WEIGHTS | Operation.COMMERCIALISE | Operation.DERIVE_DATASET


def offered(node: Node, caller: Caller | None, consent: Consent) -> list[str]:
    """The acts that make sense as the consent stands and that this caller may do; the contract has the last word."""
    if consent.grantor == node.identity.organisation:
        revocation, suspended = consent.revocation(), consent.grantor_suspended
        fits = {
            "suspend": not revocation and not suspended,
            "reinstate": not revocation and suspended,
            "revoke": not revocation or revocation.reason not in TAINTING,
        }
    else:
        ours = node.status.organisation()
        regulates = ours is not None and Capability.REGULATOR in ours.capabilities
        fits = {"suspend": regulates and not consent.revocation() and not consent.regulator_until}
    return [act for act, fit in fits.items() if fit and act in permitted(node, caller, consent)]


def permitted(node: Node, caller: Caller | None, consent: Consent) -> list[str]:
    """The acts that a caller's role may do to a consent, however it stands. Without an end, a suspension is the
    grantor's; with one, a regulator's."""
    is_ours = consent.grantor == node.identity.organisation
    if caller is None:
        return []
    if not is_ours:
        free = caller.role in auth.SUSPENDING[True] and auth.may(caller, "consents", ACTS["suspend"])
        return ["suspend"] if free else []
    acts = [act for act, operation in ACTS.items() if auth.may(caller, "consents", operation)]
    return [act for act in acts if act != "suspend" or caller.role in auth.SUSPENDING[False]]


def open_runs(view: View, uses: Sequence[ConsentUse]) -> list[RunFacts]:
    """Runs under way that use a consent: their next rounds depend on it."""
    runs = view.node.index.runs_by_id({one.subject for one in uses if one.operation not in OTHERS}, view.block)
    return [show_run(view, one) for one in sorted(runs.values(), key=lambda one: one.at) if one.outcome is Outcome.OPEN]


def stopped_by_replacing(view: View, consent: str) -> list[RunFacts]:
    """Runs under way that use a consent which another is to replace: it ends, and they keep to it. None of what is no
    consent."""
    with suppress(LookupFailure):
        return open_runs(view, view.node.catalogue.list_consent_uses(consent, view.block))
    return []


def derived(uses: Sequence[ConsentUse]) -> list[str]:
    """Datasets that were derived under a consent."""
    return sorted({one.subject for one in uses if one.operation is Operation.DERIVE_DATASET})
