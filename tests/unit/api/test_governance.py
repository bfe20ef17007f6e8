"""The consortium itself: votes of every kind, emergency suspensions, keys and what they wrote, generations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger_node.chain.payloads import decode_payload
from ledger_node.domain.codes import EmergencyReason, OrganisationStatus, ProposalKind
from ledger_node.domain.organisation import Emergency, Generation
from ledger_node.domain.position import Position

from .acting import Desk
from .fakes import CONTRACTS, NOW, World
from .story import DAY, HEAD, REGULATOR, operator, world, world_of_all

Desks = Callable[..., Desk]


def changed(of: World, number: int, **fields: object) -> None:
    facts = of.index.facts.organisations
    facts[number - 1] = replace(facts[number - 1], **fields)  # type: ignore[arg-type]


def test_a_proposal_is_encoded_for_the_contract(desk_of: Desks) -> None:
    desk = desk_of(world_of_all())
    command = desk.done("/v1/proposals", {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 6667, "custodians": 5001}})
    salt, kind, payload = command.args
    assert (command.contract, command.function, kind) == ("consortium", "propose", ProposalKind.CHANGE_THRESHOLDS)
    assert decode_payload(ProposalKind.CHANGE_THRESHOLDS, payload) == {"all": 6667, "custodians": 5001}
    assert len(salt) == 66


def test_a_proposal_about_a_fact_names_its_generation(desk_of: Desks) -> None:
    of = world_of_all()
    recall = of.index.facts.recalls[0].id
    command = desk_of(of).done("/v1/proposals", {"kind": "LIFT_RECALL", "recall": recall})
    assert decode_payload(ProposalKind.LIFT_RECALL, command.args[2]) == {"generation": 1, "recall": recall}


def test_a_suspended_member_does_not_propose_and_still_votes(desk_of: Desks) -> None:
    of = world()
    changed(of, 1, voted=OrganisationStatus.SUSPENDED)
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], votes={})
    desk = desk_of(of)
    assert desk.refused("/v1/proposals", {"kind": "SUSPEND", "organisation": 2})["code"] == "ML-0403"
    assert desk.done("/v1/proposals/1/votes", {"inFavour": True}).args == (1, True)


def test_votes_are_refused_early_with_a_reason(desk_of: Desks) -> None:
    of = world()
    desk, facts = desk_of(of), of.index.facts
    assert desk.refused("/v1/proposals/1/votes", {"inFavour": True})["code"] == "ML-0404"  # voted already
    assert desk.refused("/v1/proposals/2/votes", {"inFavour": True})["got"] == "EXECUTED"
    assert desk.refused("/v1/proposals/9/votes", {"inFavour": True})["code"] == "ML-0301"
    facts.proposals[0] = replace(facts.proposals[0], votes={}, deadline=NOW)
    assert desk.refused("/v1/proposals/1/votes", {"inFavour": True})["got"] == "LAPSED"
    facts.proposals[0] = replace(facts.proposals[0], deadline=NOW + 1, at=Position(2, 0))
    assert desk.refused("/v1/proposals/1/votes", {"inFavour": True})["code"] == "ML-0403"  # admitted afterwards


def test_an_execution_shows_the_payload_and_wants_the_votes(desk_of: Desks) -> None:
    of = world()
    of.index.facts.proposals[0] = replace(
        of.index.facts.proposals[0], kind=ProposalKind.SUSPEND, payload=of.index.facts.proposals[1].payload
    )
    desk, one = desk_of(of), of.index.facts.proposals[0]
    problem = desk.refused("/v1/proposals/1/execution")
    assert (problem["code"], problem["got"]) == ("ML-0404", "1 in favour, 1 of them custodians")
    of.index.facts.proposals[0] = replace(one, votes={1: True, 2: True, 3: True})
    assert desk.done("/v1/proposals/1/execution").args == (1, one.payload)
    of.index.facts.proposals[0] = replace(one, votes={1: True, 2: True, 3: True}, needed_custodians=3)
    assert "custodians" in desk.refused("/v1/proposals/1/execution")["needed"]


def test_an_admission_is_left_to_the_newcomer(desk_of: Desks) -> None:
    of = world()
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], votes={1: True, 2: True, 3: True})
    problem = desk_of(of).refused("/v1/proposals/1/execution")
    assert (problem["code"], "medledger key join" in problem["needed"]) == ("ML-0403", True)


def test_a_vote_in_favour_is_taken_back_once(desk_of: Desks) -> None:
    of = world()
    desk, path = desk_of(of), "/v1/proposals/1/votes"
    assert desk.done(path, {"inFavour": False}).args == (1, False)
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], votes={1: False, 2: False})
    for again in (True, False):
        assert desk.refused(path, {"inFavour": again})["code"] == "ML-0404"


def test_a_regulator_alone_keeps_nobody_from_proposing(desk_of: Desks) -> None:
    of = world()
    changed(of, 1, emergency_until=NOW + DAY)
    assert desk_of(of).done("/v1/proposals", {"kind": "SUSPEND", "organisation": 2}).function == "propose"


def test_every_kind_of_proposal_is_read(desk_of: Desks) -> None:
    of = world_of_all()
    desk = desk_of(of)
    found = {one["kind"]: one for one in desk.read("/v1/proposals")["items"]}
    consent = of.index.facts.consents[1].id
    assert found["REMOVE"]["organisation"]["number"] == found["REINSTATE"]["organisation"]["number"] == 2
    assert found["REPLACE_ADMIN"]["admin"] == operator(7)
    assert found["CHANGE_THRESHOLDS"]["thresholds"] == {"all": 6667, "custodians": 5000}
    assert found["REGISTER_GENERATION"]["contracts"]["anchors"] == operator(904)
    assert found["LIFT_RECALL"]["recall"] == of.index.facts.recalls[0].id
    assert (found["REVOKE_CONSENT"]["consent"], found["REVOKE_CONSENT"]["reason"]) == (consent, "BREACH")
    assert (found["SUSPEND_CONSENT"]["duration"], found["SUSPEND_CONSENT"]["generation"]) == (DAY, 1)
    for number in range(1, len(found) + 1):
        one = desk.read(f"/v1/proposals/{number}")
        assert one["asOfBlock"] == HEAD
        about = ("admission", "organisation", "thresholds", "contracts", "recall", "consent")
        assert sum(one[name] is not None for name in about) == 1


@pytest.mark.parametrize(
    ("fields", "state", "favour"),
    [
        ({}, "OPEN", (1, 1, 1)),
        ({"votes": {1: True, 2: True, 3: True}}, "PASSED", (3, 2, 0)),
        ({"votes": {3: True, 4: True, 2: False}}, "OPEN", (2, 0, 1)),
        ({"executed": True}, "EXECUTED", (1, 1, 1)),
        ({"deadline": NOW}, "LAPSED", (1, 1, 1)),
    ],
)
def test_a_proposal_shows_how_the_votes_stand(
    desk_of: Desks, fields: dict[str, object], state: str, favour: tuple[int, int, int]
) -> None:
    of = world()
    of.index.facts.proposals[0] = replace(of.index.facts.proposals[0], **fields)  # type: ignore[arg-type]
    found = desk_of(of).read("/v1/proposals/1")
    assert found["state"] == state
    assert (found["inFavour"], found["custodiansInFavour"], found["against"]) == favour
    assert (found["electorate"], found["needed"], found["neededCustodians"]) == (4, 3, 1)


def test_a_regulator_suspends_in_an_emergency_once(desk_of: Desks) -> None:
    of = world(organisation=4)
    desk, path = desk_of(of, "auditor"), "/v1/organisations/2/suspend-in-emergency"
    body = {"reason": "DATA_BREACH", "until": "2026-11-20T00:00:00Z"}
    command = desk.done(path, body)
    assert (command.function, command.args[:2]) == ("suspendInEmergency", (2, 2))
    assert desk.refused(path, body | {"until": "2027-11-20T00:00:00Z"})["code"] == "ML-0105"
    assert desk.refused(path, body | {"until": "2026-11-18T00:00:00Z"})["code"] == "ML-0105"
    assert desk.refused("/v1/organisations/4/suspend-in-emergency", body)["code"] == "ML-0403"
    assert desk.refused("/v1/organisations/9/suspend-in-emergency", body)["code"] == "ML-0301"
    changed(of, 2, emergency_until=NOW - 1)
    assert desk.refused(path, body)["code"] == "ML-0404"
    changed(of, 2, emergency_until=0, voted=OrganisationStatus.SUSPENDED)
    assert desk.refused(path, body)["got"] == "SUSPENDED"
    assert desk_of(world()).refused(path, body)["code"] == "ML-0403"  # a hospital is no regulator


def test_an_emergency_is_shown_while_it_runs(desk_of: Desks) -> None:
    of = world()
    changed(of, 2, emergency_until=NOW + 60)
    found = desk_of(of).read("/v1/organisations/2")
    assert (found["status"], found["emergencyUntil"]) == ("SUSPENDED", "2026-11-18T11:07:40Z")
    changed(of, 2, emergency_until=NOW)
    assert desk_of(of).read("/v1/organisations/2")["status"] == "ACTIVE"


def test_an_organisation_keeps_its_emergencies(desk_of: Desks) -> None:
    of = world()
    assert desk_of(of).read("/v1/organisations/2")["emergencies"] == []
    past = Emergency(4, EmergencyReason.PATIENT_SAFETY, NOW - 9 * DAY, NOW - 8 * DAY, Position(40, 0))
    changed(of, 2, emergencies=(past,))
    shown = {
        "regulator": {"number": 4, "name": REGULATOR},
        "reason": "PATIENT_SAFETY",
        "at": "2026-11-09T11:06:40Z",
        "until": "2026-11-10T11:06:40Z",
        "block": 40,
    }
    assert desk_of(of).read("/v1/organisations/2")["emergencies"] == [shown]
    assert desk_of(of).read("/v1/organisations")["items"][1]["emergencies"] == [shown]


def test_a_key_is_claimed_to_be_compromised(desk_of: Desks) -> None:
    of = world()
    desk, ours, theirs = desk_of(of), operator(101), operator(102)
    since = {"since": "2026-11-17T00:00:00Z"}
    command = desk.done(f"/v1/keys/{ours.lower()}/report-compromise", since)  # in any case of its digits
    assert (command.function, command.args) == ("reportCompromise", (ours, NOW - DAY - 40_000))
    future = {"since": "2026-11-19T00:00:00Z"}
    assert desk.refused(f"/v1/keys/{ours}/report-compromise", future)["code"] == "ML-0404"
    assert desk.refused(f"/v1/keys/{theirs}/report-compromise", since)["code"] == "ML-0403"
    assert desk.refused(f"/v1/keys/{operator(7)}/report-compromise", since)["code"] == "ML-0301"
    of.index.facts.keys[1] = replace(of.index.facts.keys[1], compromised_since=NOW - 2 * DAY)
    assert desk.refused(f"/v1/keys/{ours}/report-compromise", since)["code"] == "ML-0404"  # only an earlier time


def test_a_regulator_confirms_the_claim_that_stands(desk_of: Desks) -> None:
    of = world(organisation=4)
    desk, key = desk_of(of, "auditor"), operator(101)
    body, path = {"since": "2026-11-17T00:00:00Z"}, f"/v1/keys/{operator(101)}/confirm-compromise"
    assert desk.refused(path, body)["got"] == "no claim"
    of.index.facts.keys[1] = replace(of.index.facts.keys[1], compromised_since=NOW - DAY - 40_000)
    assert desk.done(path, body).args == (key, NOW - DAY - 40_000)
    assert desk.refused(path, {"since": "2026-11-16T00:00:00Z"})["got"] == "another time"
    later = {"since": "2026-11-17T06:00:00Z"}
    assert desk.done(path, later).args == (key, NOW - DAY - 40_000 + 6 * 3600)
    of.index.facts.keys[1] = replace(
        of.index.facts.keys[1], compromise_confirmed_by=4, confirmed_since=NOW - DAY - 40_000 + 3600
    )
    assert desk.refused(path, later)["code"] == "ML-0404"
    assert desk.done(path, body).args == (key, NOW - DAY - 40_000)


def test_keys_are_read_with_their_claims(desk_of: Desks) -> None:
    of = world_of_all()
    of.index.facts.keys[1] = replace(
        of.index.facts.keys[1], compromised_since=NOW - DAY, compromise_confirmed_by=4, state="retired"
    )
    of.index.facts.keys[1] = replace(
        of.index.facts.keys[1], compromise_reporter=operator(1), compromise_claimed_at=NOW - DAY + 60
    )
    desk = desk_of(of)
    admin, found = desk.read("/v1/organisations/1/keys")["items"]
    assert (admin["role"], admin["compromisedSince"]) == ("ADMIN", None)
    assert (admin["compromiseReporter"], admin["compromiseClaimedAt"]) == (None, None)
    assert (found["compromiseReporter"], found["compromiseClaimedAt"]) == (operator(1), "2026-11-17T11:07:40Z")
    assert found["state"] == "retired"
    assert found["compromisedSince"] == "2026-11-17T11:06:40Z"
    assert found["compromiseConfirmedBy"]["number"] == 4
    one = desk.read(f"/v1/keys/{operator(101).lower()}")
    assert {name: one[name] for name in found} == found


def test_what_a_key_wrote_is_marked_and_never_left_out(desk_of: Desks) -> None:
    of = world_of_all()
    desk, path = desk_of(of), f"/v1/keys/{operator(101)}/facts"
    first, second = of.index.facts.events
    assert [one["doubtful"] for one in desk.read(path)["items"]] == [False, False]
    written = NOW - HEAD + second.at.block
    of.index.facts.keys[1] = replace(of.index.facts.keys[1], compromised_since=written)
    found = desk.read(path)
    assert [(one["event"], one["doubtful"]) for one in found["items"]] == [
        ("DatasetRegistered", False),
        ("ConsentIssued", True),
    ]
    assert [one["subject"] for one in found["items"]] == [first.args["dataset"], second.args["consent"]]
    assert found["compromisedSince"] == found["items"][1]["writtenAt"]
    assert len(desk.read(f"{path}?since={found['compromisedSince']}")["items"]) == 1
    page = desk.read(f"{path}?limit=1")
    assert desk.read(f"{path}?cursor={page['next']}")["items"] == found["items"][1:]


def test_the_consortium_shows_thresholds_and_generations(desk_of: Desks) -> None:
    of = world()
    changed(of, 2, voted=OrganisationStatus.REMOVED)
    desk = desk_of(of)
    found = desk.read("/v1/consortium")
    assert found["thresholds"] == {"all": 5000, "custodians": 5000}
    assert (found["generation"], found["members"]) == (1, 3)
    (first,) = desk.read("/v1/generations")["items"]
    assert (first["number"], first["inForce"], first["contracts"]["models"]) == (1, True, CONTRACTS.models)


def test_a_former_generation_takes_protective_acts_only(desk_of: Desks) -> None:
    of = world()
    places = [operator(900 + place) for place in range(5)]
    of.index.facts.generations.append(Generation(2, *places, Position(1_900, 0)))
    desk, consent = desk_of(of), of.index.facts.consents[0].id
    revoke = desk.done(f"/v1/consents/{consent}/revoke", {"reason": "STEWARD_DECISION"})
    assert revoke.generation == 1
    fresh = desk.done("/v1/datasets", {"card": {}})
    assert fresh.generation is None
    assert list(of.outbox.places.values()) == [CONTRACTS.consents, places[0]]
    dataset = of.index.facts.datasets[0].id
    problem = desk.refused(f"/v1/consents/{consent}/reinstate", {"reason": "STEWARD_DECISION"})
    assert (problem["code"], problem["got"]) == ("ML-0404", "generation 1")
    body = {"deviceClass": "CT"}
    assert desk.done("/v1/streams", body).function == "registerStream"
    anchor = {"size": 384, "root": dataset}
    assert desk.refused(f"/v1/streams/{of.index.facts.streams[0].id}/anchors", anchor)["got"] == "generation 1"
    assert [one["inForce"] for one in desk.read("/v1/generations")["items"]] == [False, True]
