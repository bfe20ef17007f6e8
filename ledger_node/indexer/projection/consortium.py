"""Organisations, keys, proposals, generations."""

from __future__ import annotations

from ledger_node.domain.codes import OrganisationStatus
from ledger_node.indexer.projection.fact import Args, Fact, Projection


def _organisation_admitted(a: Args) -> list[Fact]:
    admitted = {
        "number": a["organisation"],
        "name": a["name"],
        "admin": a["admin"],
        "capabilities": a["capabilities"],
        "for_profit": a["forProfit"],
    }
    return [("organisation", admitted)]


def _status(status: OrganisationStatus) -> Projection:
    def project(a: Args) -> list[Fact]:
        voted = {"organisation": a["organisation"], "status": int(status), "proposal": a["proposal"]}
        return [("organisation_status", voted)]

    return project


def _organisation_suspended_in_emergency(a: Args) -> list[Fact]:
    emergency = {
        "organisation": a["organisation"],
        "regulator": a["regulator"],
        "reason": a["reason"],
        "suspended_at": a["at"],
        "until": a["until"],
    }
    return [("emergency", emergency)]


def _key(state: str) -> Projection:
    def project(a: Args) -> list[Fact]:
        key = {
            "address": a["key"],
            "organisation": a["organisation"],
            "role": a["role"],
            "state": state,
            "acceptable_from": a.get("acceptableFrom", 0),
            "acted_at": a.get("at", 0),
        }
        return [("key", key)]

    return project


def _key_reported_compromised(a: Args) -> list[Fact]:
    claim = {
        "address": a["key"],
        "organisation": a["organisation"],
        "since": a["since"],
        "claimed_at": a["at"],
        "reporter": a["reporter"],
    }
    return [("key_claim", claim)]


def _key_compromise_confirmed(a: Args) -> list[Fact]:
    confirmation = {
        "address": a["key"],
        "organisation": a["organisation"],
        "regulator": a["regulator"],
        "since": a["since"],
        "confirmed_at": a["at"],
    }
    return [("key_confirmation", confirmation)]


def _proposal_opened(a: Args) -> list[Fact]:
    opened = {
        "number": a["proposal"],
        "proposer": a["proposer"],
        "kind": a["kind"],
        "payload": a["payload"],
        "deadline": a["deadline"],
        "electorate": a["electorate"],
        "needed": a["needed"],
        "needed_custodians": a["neededCustodians"],
    }
    return [("proposal", opened)]


def _vote_cast(a: Args) -> list[Fact]:
    return [("vote", {"proposal": a["proposal"], "voter": a["voter"], "in_favour": a["inFavour"]})]


def _proposal_executed(a: Args) -> list[Fact]:
    return [("execution", {"proposal": a["proposal"], "executed_at": a["at"]})]


def _thresholds_changed(a: Args) -> list[Fact]:
    return [("thresholds", {"all": a["all"], "custodians": a["custodians"], "proposal": a["proposal"]})]


def _generation_registered(a: Args) -> list[Fact]:
    return [("generation", a)]


PROJECTIONS: dict[str, Projection] = {
    "OrganisationAdmitted": _organisation_admitted,
    "OrganisationSuspended": _status(OrganisationStatus.SUSPENDED),
    "OrganisationReinstated": _status(OrganisationStatus.ACTIVE),
    "OrganisationRemoved": _status(OrganisationStatus.REMOVED),
    "OrganisationSuspendedInEmergency": _organisation_suspended_in_emergency,
    "KeyProposed": _key("proposed"),
    "KeyOfferWithdrawn": _key("withdrawn"),
    "KeyAccepted": _key("accepted"),
    "KeyRetired": _key("retired"),
    "KeyReportedCompromised": _key_reported_compromised,
    "KeyCompromiseConfirmed": _key_compromise_confirmed,
    "ProposalOpened": _proposal_opened,
    "VoteCast": _vote_cast,
    "ProposalExecuted": _proposal_executed,
    "ThresholdsChanged": _thresholds_changed,
    "GenerationRegistered": _generation_registered,
}
