"""Consents: terms that contradict themselves, answers to requests, supersession, suspensions in batches, checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from ledger_node.domain.codes import Act, Capability, Operation, OrganisationStatus, Purpose, Region, StateReason
from ledger_node.domain.request import Wanted

from .acting import Desk
from .fakes import NOW, World, digest
from .story import DAY, HEAD, NO_PROJECT, world, world_of_all

Desks = Callable[..., Desk]
TERMS: dict[str, Any] = {
    "grantee": 3,
    "versionFrom": 1,
    "basis": "EHDS_PERMIT",
    "permission": "GRU",
    "modifiers": [],
    "purposes": ["HRESCH", "POARCH"],
    "operations": ["TRAIN", "FEDERATED_ROUND", "COMMERCIALISE"],
    "condition": None,
    "regions": [],
    "notBefore": "2026-11-18T00:00:00Z",
    "expiresAt": "2027-11-18T00:00:00Z",
    "maxRounds": 5,
    "epsilonBudget": 100,
    "projectRef": None,
    "policyDigest": digest("policy"),
}


def terms(of: World, **changed: Any) -> dict[str, Any]:
    return {"dataset": of.index.facts.datasets[0].id, **TERMS, **changed}


def test_all_terms_reach_the_contract_in_their_order(desk_of: Desks) -> None:
    of = world()
    body = terms(
        of,
        permission="DS",
        condition="MONDO:0007254",
        modifiers=["GS", "PUB", "NPU"],
        purposes=["HRESCH"],
        regions=["DE", "OTHER"],
        deidentification={"required": [113100], "forbidden": [113112]},
        versionTo=4,
    )
    salt, values = desk_of(of).done("/v1/consents", body).args
    assert len(salt) == 66
    assert values[1:12] == (3, 1, 4, 2, 3, 1 << 7 | 1 << 4 | 1 << 16, 1, 81, 7254, 1 << 5 | 1 << 39, 1 | 1 << 12)
    assert values[14:] == (5, 100, NO_PROJECT, digest("policy"), NO_PROJECT, NO_PROJECT)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"permission": "DS"}, "condition"),
        ({"condition": "MONDO:0007254"}, "condition"),
        ({"permission": "POA"}, "purposes"),
        ({"permission": "HMB"}, "purposes"),
        ({"permission": "DS", "condition": "MONDO:0007254"}, "purposes"),
        ({"modifiers": ["NMDS"]}, "operations"),
        ({"modifiers": ["NMDS"], "operations": ["TEST", "FEDERATED_ROUND"]}, "operations"),
        ({"modifiers": ["NCU"]}, "operations"),
        ({"modifiers": ["NPUNCU"]}, "operations"),
        ({"modifiers": ["NPOA"]}, "purposes"),
        ({"modifiers": ["PS"]}, "projectRef"),
        ({"modifiers": ["IRB"], "projectRef": NO_PROJECT}, "projectRef"),
        ({"modifiers": ["GS"]}, "regions"),
        ({"regions": ["DE"]}, "modifiers"),
        ({"versionFrom": 3, "versionTo": 2}, "versionTo"),
        ({"policyDigest": NO_PROJECT}, "policyDigest"),
        ({"expiresAt": "2026-11-18T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "2036-11-17T00:00:00Z"}, "expiresAt"),
        ({"notBefore": "2025-11-18T00:00:00Z", "expiresAt": "2026-11-18T00:00:00Z"}, "expiresAt"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(desk_of: Desks, changed: dict[str, Any], field: str) -> None:
    of = world()
    problem = desk_of(of).refused("/v1/consents", terms(of, **changed))
    assert problem["field"] == f"body.{field}"
    assert problem["code"] in ("ML-0101", "ML-0105")


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"permission": "POA", "purposes": ["POARCH"]},
        {"permission": "DS", "condition": "MONDO:0007254", "purposes": ["HRESCH"]},
        {"modifiers": ["NMDS"], "operations": ["TEST", "EXPORT_WEIGHTS"]},
        {"modifiers": ["NCU", "NPUNCU"], "operations": ["TRAIN"]},
        {"modifiers": ["PS", "IRB"], "projectRef": digest("project")},
        {"modifiers": ["GS"], "regions": ["FR"]},
        {"expiresAt": "2036-11-15T00:00:00Z"},
    ],
)
def test_terms_that_fit_are_accepted(desk_of: Desks, changed: dict[str, Any]) -> None:
    of = world()
    assert desk_of(of).done("/v1/consents", terms(of, **changed)).function == "issue"


def test_who_can_never_use_data_is_granted_none(desk_of: Desks) -> None:
    of = world()
    assert desk_of(of).refused("/v1/consents", terms(of, grantee=4))["code"] == "ML-0302"
    assert desk_of(of).refused("/v1/consents", terms(of, grantee=9))["code"] == "ML-0302"
    assert desk_of(of).done("/v1/consents", terms(of, grantee=2)).function == "issue"  # a hospital may use data


def wanted_as(body: dict[str, Any], wanted: Wanted) -> Wanted:
    """A request for just what the body grants."""
    seconds = {name: int(datetime.fromisoformat(body[name]).timestamp()) for name in ("notBefore", "expiresAt")}
    return replace(
        wanted,
        purposes=Purpose(sum(Purpose[name] for name in body["purposes"])),
        operations=Operation(sum(Operation[name] for name in body["operations"])),
        condition=0,
        regions=Region(0),
        not_before=seconds["notBefore"],
        expires_at=seconds["expiresAt"],
        epsilon_budget=body["epsilonBudget"],
    )


def test_a_consent_answers_the_request_that_it_names(desk_of: Desks) -> None:
    of = world_of_all()
    desk, (theirs, ours) = desk_of(of), of.index.facts.requests
    ours = replace(ours, wanted=wanted_as(terms(of), ours.wanted))
    of.index.facts.requests[1] = ours
    _, values = desk.done("/v1/consents", terms(of, request=ours.id)).args
    assert values[18] == ours.id
    assert desk.refused("/v1/consents", terms(of, request=theirs.id))["field"] == "body.request"
    assert desk.refused("/v1/consents", terms(of, request=ours.id, grantee=2))["field"] == "body.request"
    assert desk.refused("/v1/consents", terms(of, request=digest("?")))["code"] == "ML-0301"
    of.index.facts.requests[1] = replace(ours, consent=digest("c"), answered_at=NOW)
    assert desk.refused("/v1/consents", terms(of, request=ours.id))["got"] == "GRANTED"


def test_a_consent_supersedes_one_of_the_same_parties(desk_of: Desks) -> None:
    of = world(9)
    facts, former = of.index.facts, of.index.facts.consents[0]
    publisher = former.terms.grantee
    desk = desk_of(of)
    good = terms(of, grantee=publisher, supersedes=former.id)
    assert desk.done("/v1/consents", good).args[1][19] == former.id
    assert desk.refused("/v1/consents", {**good, "maxRounds": 2})["code"] == "ML-0404"  # three are used
    assert desk.refused("/v1/consents", {**good, "grantee": 2})["field"] == "body.supersedes"
    assert desk.refused("/v1/consents", {**good, "supersedes": facts.consents[1].id})["code"] == "ML-0403"
    facts.consents[0] = replace(former, epsilon_spent=101)
    assert desk.refused("/v1/consents", good)["code"] == "ML-0404"
    suspension = replace(facts.consents[7].log[0], act=Act.SUSPENDED_BY_VOTE, actor=0)
    facts.consents[0] = replace(former, log=(suspension,))
    assert desk.refused("/v1/consents", good)["got"] == "SUSPENDED"
    facts.consents[0] = replace(former, log=(replace(suspension, until=NOW),))
    assert desk.done("/v1/consents", good).function == "issue"


def test_a_consent_is_suspended_and_reinstated_once(desk_of: Desks) -> None:
    of = world()
    desk, one = desk_of(of), of.index.facts.consents[0]
    path, body = f"/v1/consents/{one.id}", {"reason": "STEWARD_DECISION"}
    assert desk.refused(f"{path}/reinstate", body)["code"] == "ML-0404"
    assert desk.done(f"{path}/suspend", body).args == (one.id, 2)
    entry = replace(of.index.facts.consents[1].log[0], act=Act.SUSPENDED_BY_GRANTOR)
    of.index.facts.consents[0] = replace(one, log=(entry,))
    assert desk.refused(f"{path}/suspend", body)["code"] == "ML-0404"
    assert desk.done(f"{path}/reinstate", body).function == "reinstate"
    of.index.facts.consents[0] = replace(one, log=(entry, replace(entry, act=Act.REVOKED)))
    for act in ("suspend", "reinstate", "revoke"):
        assert desk.refused(f"{path}/{act}", body)["got"] == "REVOKED"


def test_consents_are_suspended_in_a_batch(desk_of: Desks) -> None:
    of = world()
    desk, facts = desk_of(of), of.index.facts
    facts.consents.append(replace(facts.consents[0], id=digest("second")))
    both = [facts.consents[0].id, digest("second")]
    command = desk.done("/v1/consents/suspend", {"consents": both, "reason": "BREACH"})
    assert (command.function, command.args) == ("suspendAll", (both, int(StateReason.BREACH)))
    twice = desk.refused("/v1/consents/suspend", {"consents": both * 2, "reason": "BREACH"})
    assert twice["field"] == "body.consents"
    theirs = desk.refused("/v1/consents/suspend", {"consents": [*both, facts.consents[1].id], "reason": "BREACH"})
    assert (theirs["code"], theirs["position"], theirs["field"]) == ("ML-0403", 2, "body.consents[2]")


def test_a_regulator_suspends_in_a_batch_until_a_time(desk_of: Desks) -> None:
    of = world(9, organisation=11)
    ids = [one.id for one in of.index.facts.consents]
    desk, body = desk_of(of, "auditor"), {"reason": "REGULATOR_ORDER", "until": "2026-11-20T00:00:00Z"}
    command = desk.done("/v1/consents/suspend", {**body, "consents": [ids[0], ids[2]]})
    assert (command.function, command.args[0]) == ("suspendAllByRegulator", [ids[0], ids[2]])
    assert desk.refused("/v1/consents/suspend", {**body, "consents": [ids[0], ids[7]]})["got"] == "once"
    late = {**body, "until": "2027-01-20T00:00:00Z", "consents": [ids[0]]}
    refused = desk.refused("/v1/consents/suspend", late)
    assert (refused["code"], refused["field"], refused["position"]) == ("ML-0105", "body.until", 0)


def test_a_check_looks_at_scope_rounds_and_losses(desk_of: Desks) -> None:
    of = world()
    one = of.index.facts.consents[0]
    path, scope = f"/v1/consents/{one.id}/check", {"purposes": ["HRESCH"]}
    use = {"dataset": one.terms.dataset, "version": 1, "operation": "FEDERATED_ROUND", "scope": scope, "grantee": 3}

    def reason(**changed: Any) -> str:
        answer = desk_of(of).client.post(path, json={**use, **changed})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reason"])

    assert reason(rounds=47, epsilon=2_000_000) == "OK"
    assert reason(rounds=48) == "ROUNDS_EXHAUSTED"
    assert reason(epsilon=2_000_001) == "PRIVACY_BUDGET_EXHAUSTED"
    assert reason(scope={"purposes": ["TREATDS"]}) == "PURPOSE_NOT_PERMITTED"
    assert reason(operation="TEST") == "OPERATION_NOT_PERMITTED"
    of.index.facts.consents[0] = replace(one, terms=replace(one.terms, deidentification=1 << 3))
    assert reason() == "DEIDENTIFICATION_TOO_WEAK"
    of.index.facts.consents[0] = replace(one, terms=replace(one.terms, condition=7254))
    assert reason() == "CONDITION_MISMATCH"
    assert reason(scope={**scope, "condition": "MONDO:0007254"}) == "OK"
    of.index.facts.organisations[2] = replace(of.index.facts.organisations[2], emergency_until=NOW + DAY)
    assert reason() == "GRANTEE_INACTIVE"


def test_a_check_is_about_now_unless_a_block_is_named(desk_of: Desks) -> None:
    of = world()
    one, at = of.index.facts.consents[0], of.index.at
    assert at is not None
    # A chain that has no new block: the consent began after the last one.
    of.index.facts.consents[0] = replace(one, terms=replace(one.terms, not_before=NOW - 10))
    of.index.at = replace(at, timestamp=NOW - 20)
    use = {"dataset": one.terms.dataset, "version": 1, "operation": "TRAIN", "scope": {"purposes": ["HRESCH"]}}

    def check(query: str = "") -> Any:
        return desk_of(of).client.post(f"/v1/consents/{one.id}/check{query}", json={**use, "grantee": 3}).json()

    assert (check()["reason"], check()["asOfBlock"]) == ("OK", HEAD)
    assert (check(f"?asOf={HEAD}")["reason"], check(f"?asOf={HEAD}")["asOfBlock"]) == ("NOT_YET_VALID", HEAD)


def test_a_consent_shows_all_of_its_terms(desk_of: Desks) -> None:
    of = world()
    one = of.index.facts.consents[0]
    of.index.facts.consents[0] = replace(one, epsilon_spent=5, superseded_by=digest("next"))
    found = desk_of(of).read(f"/v1/consents/{one.id}")
    assert (found["permission"], found["modifiers"], found["obligations"]) == ("HMB", ["PUB"], ["PUB"])
    assert found["duo"] == ["DUO:0000006", "DUO:0000019"]
    assert found["deidentification"] == {"required": [113100], "forbidden": []}
    assert (found["epsilonBudget"], found["epsilonSpent"], found["roundsUsed"]) == (2_000_000, 5, 3)
    assert (found["supersededBy"], found["supersedes"], found["request"]) == (digest("next"), None, None)


def test_an_act_by_vote_has_no_actor(desk_of: Desks) -> None:
    of = world()
    entry = replace(of.index.facts.consents[1].log[0], actor=0)
    of.index.facts.consents[0] = replace(of.index.facts.consents[0], log=(entry,))
    found = desk_of(of).read(f"/v1/consents/{of.index.facts.consents[0].id}")
    assert (found["log"][0]["actor"], found["state"]) == (None, "REVOKED")


def test_a_custodian_that_is_removed_acts_no_more(desk_of: Desks) -> None:
    of = world()
    one = of.index.facts.organisations[0]
    of.index.facts.organisations[0] = replace(one, voted=OrganisationStatus.REMOVED, capabilities=Capability.CUSTODIAN)
    path = f"/v1/consents/{of.index.facts.consents[0].id}/revoke"
    assert desk_of(of).refused(path, {"reason": "ERROR"})["got"] == "REMOVED"
