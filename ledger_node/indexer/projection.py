"""What each event writes. Events alone make every row: no call to the chain, no clock.

One function for each event, named for it. An event without a function is an error, never a skip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger_node.domain.codes import Act, KeyRole, OrganisationStatus
from ledger_node.domain.position import Event
from ledger_node.errors import UnknownEvent
from ledger_node.ports import Row

Projection = Callable[[dict[str, Any]], list[tuple[str, dict[str, Any]]]]


def rows_of(event: Event) -> list[Row]:
    """The event's own row, and the rows of the facts that it states."""
    projection = PROJECTIONS.get(event.name)
    if projection is None:
        raise UnknownEvent("no projection is known for an event", got=event.name, needed="a node that knows it")
    position = {"block": event.at.block, "log_index": event.at.log_index}
    own = {"transaction": event.transaction, "contract": event.contract, "name": event.name, "args": event.args}
    facts = [("event", own), *projection(event.args)]
    return [Row(table, {**values, **position}) for table, values in facts]


def _nothing(_: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Events of the token standards say nothing that our own do not."""
    return []


def _organisation_admitted(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    admitted = {
        "number": a["organisation"],
        "name": a["name"],
        "admin": a["admin"],
        "capabilities": a["capabilities"],
        "for_profit": a["forProfit"],
    }
    return [("organisation", admitted)]


def _status(status: OrganisationStatus) -> Projection:
    return lambda a: [("organisation_status", {"organisation": a["organisation"], "status": int(status)})]


def _key(state: str) -> Projection:
    def project(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        role = a.get("role", int(KeyRole.OPERATOR))  # only operators retire
        return [("key", {"address": a["key"], "organisation": a["organisation"], "role": role, "state": state})]

    return project


def _generation_registered(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("generation", a)]


def _proposal_opened(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    opened = {name: a[name] for name in ("proposer", "kind", "payload", "deadline")}
    return [("proposal", {"number": a["proposal"], **opened})]


def _vote_cast(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("vote", {"proposal": a["proposal"], "voter": a["voter"], "in_favour": a["inFavour"]})]


def _proposal_executed(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("execution", {"proposal": a["proposal"]})]


def _dataset_registered(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("dataset", {"id": a["dataset"], "custodian": a["custodian"], "card_digest": a["cardDigest"]})]


def _dataset_version_published(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    p = a["publication"]
    version = {
        "dataset": a["dataset"],
        "number": a["number"],
        "published_at": a["publishedAt"],
        "root": p["root"],
        "card_digest": p["cardDigest"],
        "attestation_digest": p["attestationDigest"],
        "options": p["options"],
        "size_class": p["sizeClass"],
        "claim": p["claim"],
        "supersession": p["supersession"],
        "opt_out_checked_at": p["optOutCheckedAt"],
    }
    return [("dataset_version", version)]


def _consent_issued(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    t = a["terms"]
    consent = {
        "id": a["consent"],
        "grantor": a["grantor"],
        "issued_at": a["issuedAt"],
        "dataset": t["dataset"],
        "grantee": t["grantee"],
        "version_from": t["versionFrom"],
        "version_to": t["versionTo"],
        "basis": t["basis"],
        "purposes": t["purposes"],
        "operations": t["operations"],
        "not_before": t["notBefore"],
        "expires_at": t["expiresAt"],
        "max_rounds": t["maxRounds"],
        "project_ref": t["projectRef"],
        "policy_digest": t["policyDigest"],
    }
    return [("consent", consent)]


def _act(act: Act, a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    entry = {
        "consent": a["consent"],
        "act": int(act),
        "actor": a["actor"],
        "reason": a["reason"],
        "acted_at": a["at"],
        "until": a.get("until", 0),
    }
    return [("consent_act", entry)]


def _consent_suspended(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    # The grantor's own suspension has no end; a regulator's always has one.
    return _act(Act.SUSPENDED_BY_REGULATOR if a["until"] else Act.SUSPENDED_BY_GRANTOR, a)


def _consent_reinstated(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return _act(Act.REINSTATED_BY_GRANTOR, a)


def _consent_revoked(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return _act(Act.REVOKED, a)


def _consent_used(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    use = {name: a[name] for name in ("consent", "subject", "version", "operation", "purposes", "rounds")}
    return [("consent_use", use)]


def _model_registered(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("model", {"id": a["model"], "publisher": a["publisher"], "card_digest": a["cardDigest"]})]


def _model_version_published(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    p = a["publication"]
    version = {
        "id": a["version"],
        "model": p["model"],
        "publisher": a["publisher"],
        "number": a["number"],
        "published_at": a["publishedAt"],
        "run": p["run"],
        "artifact_digest": p["artifactDigest"],
        "card_digest": p["cardDigest"],
    }
    parents = [
        ("model_parent", {"version": a["version"], "position": position, "parent": parent})
        for position, parent in enumerate(a["parents"])
    ]
    return [("model_version", version), *parents]


def _run_opened(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    o = a["opening"]
    run = {
        "id": a["run"],
        "publisher": a["publisher"],
        "opened_at": a["openedAt"],
        "model": o["model"],
        "operation": o["operation"],
        "purposes": o["purposes"],
        "project_ref": o["projectRef"],
        "card_digest": o["cardDigest"],
    }
    inputs = [
        ("run_input", {"run": a["run"], "position": position, **item}) for position, item in enumerate(a["inputs"])
    ]
    return [("run", run), *inputs]


def _round_opened(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("round", {"run": a["run"], "number": a["round"], "opened_at": a["openedAt"]})]


def _contribution_recorded(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    part = {
        "run": a["run"],
        "round": a["round"],
        "input": a["input"],
        "custodian": a["custodian"],
        "update_digest": a["updateDigest"],
        "consent_state": a["consentState"],
        "contributed_at": a["at"],
    }
    return [("contribution", part)]


def _round_closed(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    closing = {
        "run": a["run"],
        "round": a["round"],
        "aggregate_digest": a["aggregateDigest"],
        "closed_at": a["closedAt"],
    }
    return [("round_closing", closing)]


def _run_closed(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    closing = {
        "run": a["run"],
        "outcome": a["outcome"],
        "result_digest": a["resultDigest"],
        "closed_at": a["closedAt"],
    }
    return [("run_closing", closing)]


def _stream_registered(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("stream", {"id": a["stream"], "custodian": a["custodian"]})]


def _stream_anchored(a: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("anchor", {"stream": a["stream"], "size": a["size"], "root": a["root"], "anchored_at": a["at"]})]


PROJECTIONS: dict[str, Projection] = {
    "OrganisationAdmitted": _organisation_admitted,
    "OrganisationSuspended": _status(OrganisationStatus.SUSPENDED),
    "OrganisationReinstated": _status(OrganisationStatus.ACTIVE),
    "KeyProposed": _key("proposed"),
    "KeyAccepted": _key("accepted"),
    "KeyRetired": _key("retired"),
    "GenerationRegistered": _generation_registered,
    "ProposalOpened": _proposal_opened,
    "VoteCast": _vote_cast,
    "ProposalExecuted": _proposal_executed,
    "DatasetRegistered": _dataset_registered,
    "DatasetVersionPublished": _dataset_version_published,
    "ConsentIssued": _consent_issued,
    "ConsentSuspended": _consent_suspended,
    "ConsentReinstated": _consent_reinstated,
    "ConsentRevoked": _consent_revoked,
    "ConsentUsed": _consent_used,
    "ModelRegistered": _model_registered,
    "ModelVersionPublished": _model_version_published,
    "RunOpened": _run_opened,
    "RoundOpened": _round_opened,
    "ContributionRecorded": _contribution_recorded,
    "RoundClosed": _round_closed,
    "RunClosed": _run_closed,
    "StreamRegistered": _stream_registered,
    "StreamAnchored": _stream_anchored,
    "Transfer": _nothing,
    "Locked": _nothing,
    "Unlocked": _nothing,
    "Approval": _nothing,
    "ApprovalForAll": _nothing,
}
