"""Consents, their log, their uses; requests, messages about them, and their answers."""

from __future__ import annotations

from ledger_node.domain.codes import Act
from ledger_node.indexer.projection.fact import Args, Fact, Projection, scope


def _consent_issued(a: Args) -> list[Fact]:
    t = a["terms"]
    consent = {
        "id": a["consent"],
        "grantor": a["grantor"],
        "issued_at": a["issuedAt"],
        "rounds_used": a["roundsUsed"],
        "epsilon_spent": a["epsilonSpent"],
        "dataset": t["dataset"],
        "grantee": t["grantee"],
        "version_from": t["versionFrom"],
        "version_to": t["versionTo"],
        "basis": t["basis"],
        "permission": t["permission"],
        "modifiers": t["modifiers"],
        "operations": t["operations"],
        **scope(t),
        "deidentification": t["deidentification"],
        "not_before": t["notBefore"],
        "expires_at": t["expiresAt"],
        "max_rounds": t["maxRounds"],
        "epsilon_budget": t["epsilonBudget"],
        "policy_digest": t["policyDigest"],
        "request": t["request"],
        "supersedes": t["supersedes"],
    }
    return [("consent", consent)]


def _consent_suspended(a: Args) -> list[Fact]:
    # The grantor's own suspension has no end; a regulator's and a vote's always have one, and a vote has no actor.
    if a["until"] == 0:
        return _act(Act.SUSPENDED_BY_GRANTOR, a)
    return _act(Act.SUSPENDED_BY_REGULATOR if a["actor"] else Act.SUSPENDED_BY_VOTE, a)


def _consent_reinstated(a: Args) -> list[Fact]:
    return _act(Act.REINSTATED_BY_GRANTOR, a)


def _consent_revoked(a: Args) -> list[Fact]:
    return _act(Act.REVOKED, a)


def _act(act: Act, a: Args) -> list[Fact]:
    entry = {
        "consent": a["consent"],
        "act": int(act),
        "actor": a["actor"],
        "reason": a["reason"],
        "acted_at": a["at"],
        "until": a.get("until", 0),
    }
    return [("consent_act", entry)]


def _consent_used(a: Args) -> list[Fact]:
    columns = ("consent", "subject", "version", "operation", "purposes", "rounds", "epsilon")
    return [("consent_use", {name: a[name] for name in columns})]


def _request_made(a: Args) -> list[Fact]:
    w = a["wanted"]
    request = {
        "id": a["request"],
        "requester": a["requester"],
        "made_at": a["madeAt"],
        "dataset": w["dataset"],
        "operations": w["operations"],
        **scope(w),
        "not_before": w["notBefore"],
        "expires_at": w["expiresAt"],
        "max_rounds": w["maxRounds"],
        "epsilon_budget": w["epsilonBudget"],
        "card_digest": w["cardDigest"],
    }
    return [("request", request)]


def _message_sent(a: Args) -> list[Fact]:
    message = {
        "request": a["request"],
        "number": a["number"],
        "sender": a["sender"],
        "message_digest": a["messageDigest"],
        "sent_at": a["sentAt"],
    }
    return [("message", message)]


def _request_declined(a: Args) -> list[Fact]:
    decline = {
        "request": a["request"],
        "custodian": a["custodian"],
        "reason": a["reason"],
        "declined_at": a["at"],
    }
    return [("decline", decline)]


PROJECTIONS: dict[str, Projection] = {
    "ConsentIssued": _consent_issued,
    "ConsentSuspended": _consent_suspended,
    "ConsentReinstated": _consent_reinstated,
    "ConsentRevoked": _consent_revoked,
    "ConsentUsed": _consent_used,
    "RequestMade": _request_made,
    "MessageSent": _message_sent,
    "RequestDeclined": _request_declined,
}
