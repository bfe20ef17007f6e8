"""Upwards and downwards through derived datasets, imports and recalls: lineage, impact, picture and page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from ledger_node.domain.codes import Act, Reason, Refusal, StateReason
from ledger_node.domain.consent import LogEntry
from ledger_node.domain.dataset import Parent
from ledger_node.domain.training import Answer

from .acting import Desk
from .fakes import NOW, World, digest
from .story import Teller, world_of_all

Desks = Callable[..., Desk]
SVG = "{http://www.w3.org/2000/svg}"


def revoke(of: World, place: int, reason: StateReason) -> None:
    one = of.index.facts.consents[place]
    entry = LogEntry(Act.REVOKED, one.grantor, reason, NOW - 60, 0, one.at)
    of.index.facts.consents[place] = replace(one, log=(entry,))


def test_a_lineage_goes_on_to_what_a_dataset_was_derived_from(desk_of: Desks) -> None:
    of = world_of_all()
    facts = of.index.facts
    own, other, mixed = (one.id for one in facts.datasets)
    lent, granted = (one.id for one in facts.consents)
    found = desk_of(of).read(f"/v1/versions/{facts.model_versions[0].id}/lineage")
    edges = {(edge["from"], edge["to"], edge["kind"]) for edge in found["edges"]}
    assert {
        (f"{own}/1", f"{mixed}/1", "derivedInto"),
        (f"{other}/2", f"{mixed}/1", "derivedInto"),
        (f"{other}/2", lent, "covers"),
        (f"{mixed}/1", granted, "covers"),
        (facts.recalls[0].id, facts.model_versions[0].id, "recalls"),
    } <= edges
    ids = {node["id"] for node in found["nodes"]}
    assert all(source in ids and target in ids for source, target, _ in edges)
    states = {node["id"]: node["state"] for node in found["nodes"]}
    assert states[facts.model_versions[0].id] == "RECALLED"
    assert states[facts.recalls[0].id] == "STANDING"
    assert [one["id"] for one in found["facts"]["recalls"]] == [facts.recalls[0].id]
    assert len(found["facts"]["datasetVersions"]) == 3


def test_a_lineage_ends_at_an_import(desk_of: Desks) -> None:
    of = world_of_all()
    second = of.index.facts.model_versions[1]
    found = desk_of(of).read(f"/v1/versions/{second.id}/lineage")
    assert len(found["facts"]["runs"]) == 1  # its parent's
    of.index.facts.model_versions[1] = replace(second, parents=())
    found = desk_of(of).read(f"/v1/versions/{second.id}/lineage")
    assert found["facts"]["runs"] == found["facts"]["consents"] == []


def test_superseded_consents_are_part_of_a_lineage(desk_of: Desks) -> None:
    of = world_of_all()
    facts = of.index.facts
    granted = facts.consents[1]
    former = replace(granted, id=digest("former"))
    facts.consents[1] = replace(granted, terms=replace(granted.terms, supersedes=former.id))
    facts.consents.append(former)
    found = desk_of(of).read(f"/v1/versions/{facts.model_versions[0].id}/lineage")
    assert former.id in [one["id"] for one in found["facts"]["consents"]]
    assert {"from": former.id, "to": granted.id, "kind": "supersededBy"} in found["edges"]
    page = desk_of(of).client.get(f"/versions/{facts.model_versions[0].id}").text
    assert former.id not in page.split('id="consents"')[1].split("</section>")[0].replace(granted.id, "")


def test_impact_follows_derived_datasets(desk_of: Desks) -> None:
    of = world_of_all()
    facts = of.index.facts
    own, other, mixed = (one.id for one in facts.datasets)
    lent, granted = (one.id for one in facts.consents)
    desk = desk_of(of)
    found = desk.read(f"/v1/datasets/{other}/impact")["items"]
    assert {one["version"] for one in found} == {one.id for one in facts.model_versions}
    for one in found:
        assert one["derived"] == [{"dataset": other, "version": 2}, {"dataset": mixed, "version": 1}]
        assert (one["dataset"], one["consent"], one["standing"]) == (mixed, granted, "OK")
    assert desk.read(f"/v1/consents/{lent}/impact")["items"] == found
    assert desk.read(f"/v1/datasets/{mixed}/impact")["items"][0]["derived"] == []
    assert len(desk.read("/v1/organisations/1/impact")["items"]) == 4  # by its own dataset and by the derived one
    assert desk.read(f"/v1/datasets/{own}/impact")["items"][0]["derived"][0] == {"dataset": own, "version": 1}


def test_a_revocation_on_the_way_reaches_what_was_derived(desk_of: Desks) -> None:
    of = world_of_all()
    own, other, _ = (one.id for one in of.index.facts.datasets)
    revoke(of, 0, StateReason.BREACH)
    desk = desk_of(of)
    for one in desk.read(f"/v1/datasets/{other}/impact")["items"]:
        assert (one["standing"], one["revokedFor"], one["tainted"]) == ("REVOKED", "BREACH", True)
    for one in desk.read(f"/v1/datasets/{own}/impact")["items"]:  # the way from here does not touch that consent
        assert (one["standing"], one["tainted"]) == ("OK", False)
    revoke(of, 1, StateReason.WITHDRAWAL_BATCH)
    for one in desk.read(f"/v1/datasets/{other}/impact")["items"]:
        assert (one["revokedFor"], one["tainted"]) == ("BREACH", True)
    for one in desk.read(f"/v1/datasets/{own}/impact")["items"]:
        assert (one["revokedFor"], one["tainted"]) == ("WITHDRAWAL_BATCH", False)


def superseded(of: World, place: int, times: int = 1) -> list[str]:
    """Consents that carry the one at `place` on, each the one before; the last one's id is the last."""
    facts, ids = of.index.facts, []
    for time in range(times):
        former = facts.consents[place]
        made = replace(
            former, id=digest(f"successor {place} {time}"), log=(), terms=replace(former.terms, supersedes=former.id)
        )
        ended = LogEntry(Act.REVOKED, former.grantor, StateReason.SUPERSEDED, NOW - 90, 0, former.at)
        facts.consents[place] = replace(former, log=(*former.log, ended), superseded_by=made.id)
        facts.consents.append(made)
        place = len(facts.consents) - 1
        ids.append(made.id)
    return ids


def standings(found: dict[str, Any]) -> set[tuple[str, str | None, bool]]:
    return {(one["standing"], one["revokedFor"], one["tainted"]) for one in found["items"]}


def test_what_supersedes_a_consent_says_how_its_uses_stand(desk_of: Desks) -> None:
    of = world_of_all()
    granted, mixed = of.index.facts.consents[1].id, of.index.facts.datasets[2].id
    *_, last = superseded(of, 1, times=2)
    desk = desk_of(of)
    places = [f"/v1/{place}/impact" for place in (f"datasets/{mixed}", f"consents/{granted}", f"consents/{last}")]
    for place in places:
        found = desk.read(place)
        assert {one["consent"] for one in found["items"]} == {granted}
        assert len(found["items"]) == 2
        assert standings(found) == {("OK", None, False)}
    revoke(of, -1, StateReason.BREACH)
    assert [standings(desk.read(place)) for place in places] == [{("REVOKED", "BREACH", True)}] * 3


def test_a_superseded_consent_revoked_for_a_breach_taints_what_used_it(desk_of: Desks) -> None:
    of = world_of_all()
    granted = of.index.facts.consents[1].id
    superseded(of, 1)
    former = of.index.facts.consents[1]
    breach = LogEntry(Act.REVOKED, former.grantor, StateReason.BREACH, NOW - 60, 0, former.at)
    of.index.facts.consents[1] = replace(former, log=(*former.log, breach))
    assert standings(desk_of(of).read(f"/v1/consents/{granted}/impact")) == {("REVOKED", "BREACH", True)}
    revoke(of, -1, StateReason.WITHDRAWAL_BATCH)  # does not hide it
    assert standings(desk_of(of).read(f"/v1/consents/{granted}/impact")) == {("REVOKED", "BREACH", True)}


def test_impact_of_a_successor_reaches_what_was_derived_under_the_former(desk_of: Desks) -> None:
    of = world_of_all()
    (last,) = superseded(of, 0)  # under it the dataset was derived
    revoke(of, -1, StateReason.ERROR)
    found = desk_of(of).read(f"/v1/consents/{last}/impact")
    assert {one["version"] for one in found["items"]} == {one.id for one in of.index.facts.model_versions}
    assert standings(found) == {("REVOKED", "ERROR", True)}


@pytest.mark.parametrize(
    ("acts", "standing", "tainted"),
    [
        ([(Act.SUSPENDED_BY_GRANTOR, StateReason.BREACH, 0)], "SUSPENDED", True),
        ([(Act.SUSPENDED_BY_GRANTOR, StateReason.STEWARD_DECISION, 0)], "SUSPENDED", False),
        ([(Act.SUSPENDED_BY_REGULATOR, StateReason.ERROR, NOW + 1)], "SUSPENDED", True),
        ([(Act.SUSPENDED_BY_REGULATOR, StateReason.ERROR, NOW)], "OK", False),
        (
            [(Act.SUSPENDED_BY_GRANTOR, StateReason.BREACH, 0), (Act.REINSTATED_BY_GRANTOR, StateReason.BREACH, 0)],
            "OK",
            False,
        ),
        (
            [
                (Act.SUSPENDED_BY_VOTE, StateReason.BREACH, NOW + 1),
                (Act.SUSPENDED_BY_GRANTOR, StateReason.PERMIT_ENDED, 0),
                (Act.REINSTATED_BY_GRANTOR, StateReason.PERMIT_ENDED, 0),
            ],
            "SUSPENDED",
            True,
        ),
        (
            [
                (Act.SUSPENDED_BY_REGULATOR, StateReason.BREACH, NOW + 9),
                (Act.SUSPENDED_BY_VOTE, StateReason.REGULATOR_ORDER, NOW + 1),
            ],
            "SUSPENDED",
            False,
        ),
    ],
)
def test_a_suspension_for_a_breach_taints_while_it_stands(
    desk_of: Desks, acts: list[tuple[Act, StateReason, int]], standing: str, tainted: bool
) -> None:
    of = world_of_all()
    one = of.index.facts.consents[1]
    log = tuple(LogEntry(act, 4, reason, NOW - 60, until, one.at) for act, reason, until in acts)
    of.index.facts.consents[1] = replace(one, log=log)
    desk = desk_of(of)
    assert standings(desk.read(f"/v1/consents/{one.id}/impact")) == {(standing, None, tainted)}
    page = desk.client.get(f"/versions/{of.index.facts.model_versions[0].id}").text
    assert ("Suspended for a reason that reaches back." in page) is tainted


def notices(desk: Desk, of: World) -> str:
    """What the first version's page says above its facts."""
    page = desk.client.get(f"/versions/{of.index.facts.model_versions[0].id}").text
    return str(page.split("</nav>")[-1].split('id="what"')[0])


def test_a_page_does_not_take_a_superseded_consent_for_a_revoked_one(desk_of: Desks) -> None:
    of = world_of_all()
    (last,) = superseded(of, 1)
    desk = desk_of(of)
    assert "revoked" not in notices(desk, of).lower()
    assert last in desk.client.get(f"/versions/{of.index.facts.model_versions[0].id}").text
    revoke(of, -1, StateReason.WITHDRAWAL_BATCH)
    assert "Revoked since." in (said := notices(desk, of))
    assert "Whose consent: Universitätsklinikum Nord." in said
    revoke(of, -1, StateReason.BREACH)
    assert "these data should never" in (said := notices(desk, of))
    assert "Whose consent: Universitätsklinikum Nord." in said


@pytest.mark.parametrize("reason", [StateReason.REGULATOR_ORDER, StateReason.BREACH])
def test_a_page_says_that_a_vote_revoked(desk_of: Desks, reason: StateReason) -> None:
    of = world_of_all()
    revoke(of, 1, reason)
    one = of.index.facts.consents[1]
    of.index.facts.consents[1] = replace(one, log=(replace(one.log[0], actor=0),))
    said = notices(desk_of(of), of)
    assert "Whose consent: Universitätsklinikum Nord (by a vote of the consortium)." in said


def test_versions_derived_from_each_other_are_walked_once(desk_of: Desks) -> None:
    of = world_of_all()
    teller = Teller()
    teller.facts, teller._block = of.index.facts, 600
    own = teller.facts.datasets[0].id
    level = [own]
    for _ in range(8):  # every one derived from both of the level before: 2 to the 8th ways
        parents = tuple(Parent(dataset, 1, None) for dataset in level)
        level = [teller.derived(1, *parents), teller.derived(1, *parents)]
    assert len(desk_of(of).read(f"/v1/datasets/{own}/impact")["items"]) == 2


def test_picture_and_page_show_derivation_recall_and_import(desk_of: Desks) -> None:
    of = world_of_all()
    first, second = of.index.facts.model_versions
    run = of.index.facts.runs[0]
    refusal = Answer(1, 0, None, Refusal.QUALITY_TOO_LOW, Reason.OK, NOW, run.at)
    of.index.facts.runs[0] = replace(run, rounds=(replace(run.rounds[0], epsilon=500_000, answers=(refusal,)),))
    client = desk_of(of).client
    drawing = client.get(f"/versions/{second.id}/lineage.svg").text
    texts = [element.text for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert "derived into" in texts
    assert "Version 1, recalled" in texts
    assert any((text or "").startswith("imported by") for text in texts)
    page = client.get(f"/versions/{first.id}").text
    for words in ("Recalled.", "serious", "Hôpital Saint-Luc", "the quality is too low", "ε 0.5", "derived from"):
        assert words in page
    builds = client.get(f"/versions/{second.id}").text
    assert "A recall stands of version 1" in builds
    of.index.facts.model_versions[1] = replace(second, parents=())
    alone = client.get(f"/versions/{second.id}").text
    assert "An imported version: nothing is known here of its data." in alone
    assert "an imported version names no data" in alone
    assert "recalled" in client.get("/").text
