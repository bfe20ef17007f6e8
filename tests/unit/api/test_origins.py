"""Upwards and downwards through derived datasets, imports and recalls: lineage, impact, picture and page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

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
    for words in ("Recalled.", "serious", "Hôpital Saint-Luc", "quality too low", "ε 0.5", "derived from"):
        assert words in page
    builds = client.get(f"/versions/{second.id}").text
    assert "A recall stands of version 1" in builds
    of.index.facts.model_versions[1] = replace(second, parents=())
    alone = client.get(f"/versions/{second.id}").text
    assert "An imported version: nothing is known here of its data." in alone
    assert "an imported version names no data" in alone
    assert "recalled" in client.get("/").text
