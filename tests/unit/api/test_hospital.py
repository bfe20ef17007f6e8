"""What a hospital writes: dataset versions in every way, erasures, streams, answers to requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.domain.codes import DeclineReason, OrganisationStatus
from ledger_node.domain.dataset import Dataset

from .acting import Desk
from .fakes import NOW, World, digest
from .story import HEAD, NO_PROJECT, world, world_of_all

Desks = Callable[..., Desk]
VERSION = {
    "root": digest("root"),
    "cardDigest": digest("card"),
    "attestationDigest": digest("attestation"),
    "options": [113100, 113101],
    "sizeClass": "FROM_100",
    "claim": "PSEUDONYMISED",
    "supersession": "EXTENSION",
    "optOutCheckedAt": None,
}
PUBLICATION = (digest("root"), digest("card"), digest("attestation"), 3, 2, 0, 1, 0)
FIRST_AGAIN = {**VERSION, "supersession": "FIRST"}


def own(of: World, place: int = 0) -> str:
    return of.index.facts.datasets[place].id


def test_a_version_names_its_number(desk_of: Desks) -> None:
    of = world()
    desk, path = desk_of(of, "steward"), f"/v1/datasets/{own(of)}/versions"
    assert desk.done(path, VERSION).args == (own(of), 2, PUBLICATION)
    assert desk.done(path, {**VERSION, "number": 2}).args[1] == 2
    problem = desk.refused(path, {**VERSION, "number": 3})
    assert (problem["code"], problem["needed"]) == ("ML-0404", "version 2")
    assert desk.refused(path, FIRST_AGAIN)["code"] == "ML-0404"
    assert desk.refused(path, {**VERSION, "optOutCheckedAt": "2026-11-19T00:00:00Z"})["code"] == "ML-0101"
    assert desk.refused(f"/v1/datasets/{own(of, 1)}/versions", VERSION)["code"] == "ML-0403"
    assert desk.refused(f"/v1/datasets/{digest('?')}/versions", VERSION)["code"] == "ML-0301"


def test_a_repeat_is_answered_as_before_though_the_rules_have_changed(desk_of: Desks) -> None:
    of = world()
    desk, path = desk_of(of, "steward"), f"/v1/datasets/{own(of)}/versions"
    first = desk.write(path, {**VERSION, "number": 2}, key="once")
    of.index.facts.dataset_versions.append(
        replace(of.index.facts.dataset_versions[0], number=2, at=of.index.facts.streams[0].at)
    )
    assert desk.write(path, {**VERSION, "number": 2}, key="once").json() == first.json()
    assert desk.refused(path, {**VERSION, "number": 2})["code"] == "ML-0404"


def test_versions_of_a_batch_are_counted_on(desk_of: Desks) -> None:
    of = world()
    of.index.facts.datasets.append(Dataset(digest("new"), 1, 3, digest("card"), of.index.facts.streams[0].at))
    desk = desk_of(of, "steward")
    batch = [
        {"dataset": own(of), **VERSION},
        {"dataset": digest("new"), **FIRST_AGAIN},
        {"dataset": own(of), "number": 3, **VERSION},
    ]
    command = desk.done("/v1/dataset-versions", {"versions": batch})
    assert command.function == "publishVersions"
    assert [(dataset, number) for dataset, number, _ in command.args[0]] == [
        (own(of), 2),
        (digest("new"), 1),
        (own(of), 3),
    ]
    assert command.subject is None
    assert desk.done("/v1/dataset-versions", {"versions": batch[:1]}).subject == own(of)
    gap = [batch[0], {"dataset": own(of), "number": 2, **VERSION}]
    refused = desk.refused("/v1/dataset-versions", {"versions": gap})
    assert (refused["needed"], refused["position"], refused["field"]) == ("version 3", 1, "body.versions[1]")


def derived_body(of: World, **changed: Any) -> dict[str, Any]:
    lent = of.index.facts.consents[0]
    parents = [
        {"dataset": own(of), "version": 1, "consent": None},
        {"dataset": lent.terms.dataset, "version": 2, "consent": lent.id},
    ]
    scope = {"purposes": ["HRESCH"], "regions": ["DE"]}
    return {**VERSION, "scope": scope, "parents": parents, **changed}


def test_a_derived_version_shows_scope_and_parents(desk_of: Desks) -> None:
    of = world_of_all()
    desk, path = desk_of(of, "steward"), f"/v1/datasets/{own(of, 2)}/derived-versions"
    command = desk.done(path, derived_body(of))
    dataset, number, publication, scope, parents = command.args
    assert (command.function, dataset, number, publication) == ("publishDerivedVersion", own(of, 2), 2, PUBLICATION)
    assert scope == (1, 1 << 5, 0, NO_PROJECT)
    lent = of.index.facts.consents[0]
    assert parents == [(own(of), 1, NO_PROJECT), (own(of, 1), 2, lent.id)]


@pytest.mark.parametrize(
    ("place", "changed", "code"),
    [
        (1, {"version": 3}, "ML-0401"),  # the consent's dataset has no such version
        (1, {"consent": None}, "ML-0403"),  # another hospital's data without a consent
        (0, {"version": 2}, "ML-0404"),  # one's own, which is not there
        (0, {"dataset": digest("?")}, "ML-0301"),
        (1, {"consent": digest("?")}, "ML-0401"),
    ],
)
def test_a_parent_that_may_not_be_used_is_refused(
    desk_of: Desks, place: int, changed: dict[str, Any], code: str
) -> None:
    of = world_of_all()
    body = derived_body(of)
    body["parents"][place] |= changed
    assert desk_of(of, "steward").refused(f"/v1/datasets/{own(of, 2)}/derived-versions", body)["code"] == code


def test_no_version_is_its_own_parent(desk_of: Desks) -> None:
    of = world_of_all()
    body = derived_body(of, parents=[{"dataset": own(of, 2), "version": 2, "consent": None}])
    problem = desk_of(of, "steward").refused(f"/v1/datasets/{own(of, 2)}/derived-versions", body)
    assert (problem["code"], problem["field"]) == ("ML-0101", "body.parents[0]")


def test_a_purpose_that_the_consent_lacks_stops_a_derivation(desk_of: Desks) -> None:
    of = world_of_all()
    body = derived_body(of, scope={"purposes": ["CLINTRCH"]})
    problem = desk_of(of, "steward").refused(f"/v1/datasets/{own(of, 2)}/derived-versions", body)
    assert (problem["reason"], problem["input"]) == ("PURPOSE_NOT_PERMITTED", 1)


def test_versions_show_derivation_and_losses(desk_of: Desks) -> None:
    of = world_of_all()
    facts = of.index.facts
    facts.dataset_versions[-1] = replace(facts.dataset_versions[-1], epsilon_spent=750_000)
    (found,) = desk_of(of).read(f"/v1/datasets/{own(of, 2)}")["versions"]
    assert found["epsilonSpent"] == 750_000
    assert found["derivation"]["scope"]["purposes"] == ["HRESCH", "MLTRAINING"]
    assert found["derivation"]["parents"] == [
        {"dataset": own(of), "version": 1, "consent": None},
        {"dataset": own(of, 1), "version": 2, "consent": facts.consents[0].id},
    ]


def test_an_erasure_is_recorded_also_by_a_suspended_hospital(desk_of: Desks) -> None:
    of = world_of_all()
    one = of.index.facts.organisations[0]
    of.index.facts.organisations[0] = replace(one, voted=OrganisationStatus.SUSPENDED)
    desk, path = desk_of(of, "steward"), f"/v1/datasets/{own(of)}/erasures"
    body = {"version": 1, "receiptDigest": digest("other receipt")}
    assert desk.done(path, body).args == (own(of), 1, digest("other receipt"))
    assert desk.refused(path, {"version": 1, "receiptDigest": digest("receipt")})["code"] == "ML-0404"
    assert desk.refused(path, {**body, "version": 2})["code"] == "ML-0301"
    assert desk.refused(f"/v1/datasets/{own(of, 1)}/erasures", body)["code"] == "ML-0403"
    assert desk.read(path)["items"] == [
        {
            "version": 1,
            "receiptDigest": digest("receipt"),
            "erasedAt": "2026-11-17T11:06:40Z",
            "block": of.index.facts.erasures[0].at.block,
        }
    ]


def test_a_stream_has_a_device_and_grows(desk_of: Desks) -> None:
    of = world()
    desk, stream = desk_of(of, "steward"), of.index.facts.streams[0].id
    assert desk.done("/v1/streams", {"deviceClass": "ENDOSCOPY"}).args[1] == 2
    head = {"size": 384, "root": digest("r")}
    assert desk.done(f"/v1/streams/{stream}/anchors", head).args == ((stream, 384, digest("r")),)
    assert desk.refused(f"/v1/streams/{stream}/anchors", {**head, "size": 256})["needed"] == "more than 256"
    assert desk.refused(f"/v1/streams/{digest('?')}/anchors", head)["code"] == "ML-0301"
    batch = [{"stream": stream, "size": size, "root": digest("r")} for size in (384, 512)]
    command = desk.done("/v1/anchors", {"anchors": batch})
    assert (command.function, [size for _, size, _ in command.args[0]]) == ("anchorAll", [384, 512])
    refused = desk.refused("/v1/anchors", {"anchors": batch[::-1]})
    assert (refused["needed"], refused["position"]) == ("more than 512", 1)
    assert desk.read("/v1/streams")["items"][0]["deviceClass"] == "ULTRASOUND"


def test_a_stream_shows_its_newest_anchor_and_lists_all(desk_of: Desks) -> None:
    of = world()
    desk, stream = desk_of(of, "auditor"), of.index.facts.streams[0]
    path, anchors = f"/v1/streams/{stream.id}", of.index.facts.anchors[stream.id]
    newest = {"size": 256, "root": digest("head 2"), "anchoredAt": "2026-11-18T11:06:40Z", "block": anchors[1].at.block}
    found = desk.read(path)
    assert found["custodian"] == {"number": 1, "name": "Universitätsklinikum Nord"}
    assert (found["anchorCount"], found["newestAnchor"], found["asOfBlock"]) == (2, newest, HEAD)
    assert desk.read("/v1/streams")["items"] == [{k: v for k, v in found.items() if k not in ("asOfBlock", "indexLag")}]
    first = desk.read(f"{path}/anchors?limit=1")
    second = desk.read(f"{path}/anchors?limit=1&cursor={first['next']}")
    assert ([one["size"] for one in first["items"]], second["items"], second["next"]) == ([128], [newest], None)
    assert len(desk.read(f"{path}/anchors?asOf={anchors[0].at.block}")["items"]) == 1
    of.index.facts.streams[0] = replace(stream, anchor_count=0, newest_anchor=None)
    assert desk.read(path)["newestAnchor"] is None
    for unknown in (f"/v1/streams/{digest('?')}", f"/v1/streams/{digest('?')}/anchors"):
        assert desk.client.get(unknown).json()["code"] == "ML-0301"


WANTED = {
    "purposes": ["HRESCH"],
    "operations": ["TRAIN"],
    "condition": "MONDO:0007254",
    "regions": ["DE"],
    "notBefore": "2026-12-01T00:00:00Z",
    "expiresAt": "2027-12-01T00:00:00Z",
    "maxRounds": 5,
    "epsilonBudget": 100,
    "card": {"title": "Project"},
}


def test_a_publisher_asks_for_a_consent(desk_of: Desks) -> None:
    of = world(organisation=3)
    desk, body = desk_of(of, "publisher"), {**WANTED, "dataset": own(of)}
    command = desk.done("/v1/requests", body)
    values = command.args[1]
    assert (command.contract, command.function) == ("consents", "makeRequest")
    assert values[:5] == (own(of), 1, 1, 7254, 1 << 5)
    assert values[7:] == (5, 100, NO_PROJECT, digest('{"title":"Project"}'))
    assert desk.refused("/v1/requests", {**body, "dataset": digest("?")})["code"] == "ML-0301"
    assert desk.refused("/v1/requests", {**body, "expiresAt": WANTED["notBefore"]})["code"] == "ML-0105"
    assert desk_of(world(organisation=4)).refused("/v1/requests", body)["code"] == "ML-0403"  # a regulator uses none


def test_a_hospital_declines_what_is_its_own_to_decline(desk_of: Desks) -> None:
    of = world_of_all()
    desk, facts = desk_of(of, "steward"), of.index.facts
    theirs, ours = (f"/v1/requests/{one.id}/decline" for one in facts.requests)
    body = {"reason": "ETHICS_REFUSED"}
    assert desk.done(ours, body).args == (facts.requests[1].id, 4)
    assert desk.refused(theirs, body)["code"] == "ML-0403"
    assert desk.refused(f"/v1/requests/{digest('?')}/decline", body)["code"] == "ML-0301"
    facts.requests[1] = replace(facts.requests[1], consent=digest("c"), answered_at=NOW)
    assert desk.refused(ours, body)["got"] == "GRANTED"


def test_requests_are_read_with_their_answers(desk_of: Desks) -> None:
    of = world_of_all()
    desk, facts = desk_of(of), of.index.facts
    first, second = desk.read("/v1/requests")["items"]
    assert (first["state"], first["custodian"]["number"], first["condition"]) == ("OPEN", 2, "MONDO:0007254")
    assert (first["regions"], first["consent"], first["declineReason"]) == (["DE"], None, None)
    assert desk.read(f"/v1/requests?dataset={second['dataset']}")["items"] == [second]
    assert len(desk.read("/v1/requests?requester=3")["items"]) == 2
    assert desk.read("/v1/requests?requester=1")["items"] == []
    facts.requests[0] = replace(facts.requests[0], decline_reason=DeclineReason.INCOMPLETE, answered_at=NOW)
    found = desk.read(f"/v1/requests/{first['id']}")
    assert (found["state"], found["declineReason"]) == ("DECLINED", "INCOMPLETE")
    assert found["answeredAt"] == "2026-11-18T11:06:40Z"
