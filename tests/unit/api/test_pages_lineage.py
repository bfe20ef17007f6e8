"""The picture of a lineage or an impact: what is in it, how it is known, what is in trouble; and the page around it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.codes import Act, Capability, Operation, StateReason, Supersession
from ledger_node.domain.training import RunInput
from registry_api.explorer.languages import CATALOGUES, NAMES

from .fakes import NOW, World, digest, make_world
from .story import HEAD, Teller, tell_wide, world, world_of_all
from .test_explorer import Outline

Client = Callable[..., TestClient]


def drawn(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def newest(of: World) -> str:
    return of.index.facts.model_versions[-1].id


def troubles(found: dict[str, Any]) -> dict[str, str]:
    return {part["id"]: part["trouble"] for part in found["parts"] if part["trouble"]}


def ties(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(tie["source"], tie["target"]) for tie in found["ties"]}


@pytest.fixture
def chain() -> tuple[Teller, dict[str, str]]:
    """Two datasets, each with a consent, a run and a version; the second version builds on the first."""
    teller = Teller()
    hospital = teller.organisation("Klinik", Capability.CUSTODIAN)
    publisher = teller.organisation("Verlag", Capability.PUBLISHER)
    model, ids, parents = teller.model(publisher), {}, ()
    for name in ("a", "b"):
        ids[f"data {name}"] = teller.dataset(hospital)
        ids[f"consent {name}"] = teller.consent(hospital, publisher, ids[f"data {name}"])
        used = RunInput(ids[f"data {name}"], 1, ids[f"consent {name}"], Operation.TRAIN)
        ids[f"run {name}"] = teller.run(publisher, model, [used], rounds=1)
        ids[name] = teller.version(publisher, model, ids[f"run {name}"], parents)
        parents = (ids[name],)
    return teller, ids


def revoke(teller: Teller, consent: str, reason: StateReason, act: Act = Act.REVOKED) -> None:
    place = next(n for n, one in enumerate(teller.facts.consents) if one.id == consent)
    hospital = teller.facts.consents[place].grantor
    other = teller.consent(hospital, hospital, teller.facts.consents[place].terms.dataset, (act, hospital, reason))
    entry = next(one for one in teller.facts.consents if one.id == other).log
    teller.facts.consents.pop()
    teller.facts.consents[place] = replace(teller.facts.consents[place], log=entry)


def test_a_version_stands_between_what_it_came_from_and_what_builds_on_it(
    client_of: Client, chain: tuple[Teller, dict[str, str]]
) -> None:
    teller, ids = chain
    found = drawn(client_of(make_world(teller.facts, organisation=1, head=HEAD)), f"/versions/{ids['a']}/lineage.json")
    data = f"{ids['data a']}/1"
    assert {part["id"] for part in found["parts"]} == {data, ids["consent a"], ids["run a"], ids["a"], ids["b"]}
    path = [data, ids["consent a"], ids["run a"], ids["a"], ids["b"]]
    assert ties(found) == set(pairwise(path))
    assert found["subjects"] == [ids["a"]]
    pages = {part["kind"]: part["page"] for part in found["parts"] if part["id"] != ids["b"]}
    assert pages == {
        "datasetVersion": f"/datasets/{ids['data a']}/versions/1",
        "consent": f"/consents/{ids['consent a']}",
        "run": f"/runs/{ids['run a']}",
        "modelVersion": f"/versions/{ids['a']}",
    }


def test_an_impact_shows_only_what_came_of_it(client_of: Client, chain: tuple[Teller, dict[str, str]]) -> None:
    teller, ids = chain
    client = client_of(make_world(teller.facts, organisation=1, head=HEAD))
    of_a = drawn(client, f"/datasets/{ids['data a']}/impact.json")
    assert {part["id"] for part in of_a["parts"]} == {
        f"{ids['data a']}/1",
        *(ids[one] for one in ("consent a", "run a", "a", "b")),
    }
    of_b = drawn(client, f"/consents/{ids['consent b']}/impact.json")
    assert {part["id"] for part in of_b["parts"]} == {
        f"{ids['data b']}/1",
        *(ids[one] for one in ("consent b", "run b", "b")),
    }
    assert of_b["subjects"] == [ids["consent b"]]


def test_a_consent_without_a_use_stands_alone(client_of: Client) -> None:
    teller = Teller()
    hospital = teller.organisation("Klinik", Capability.CUSTODIAN)
    consent = teller.consent(hospital, hospital, teller.dataset(hospital))
    client = client_of(make_world(teller.facts, organisation=1, head=HEAD))
    found = drawn(client, f"/consents/{consent}/impact.json")
    assert [part["id"] for part in found["parts"]] == [consent]
    assert found["ties"] == []


def test_a_consent_shows_what_was_used_under_the_one_it_carries_on(
    client_of: Client, chain: tuple[Teller, dict[str, str]]
) -> None:
    teller, ids = chain
    new = teller.consent(1, 2, ids["data a"])
    teller.permit(new, supersedes=ids["consent a"])
    revoke(teller, ids["consent a"], StateReason.SUPERSEDED)
    place = next(n for n, one in enumerate(teller.facts.consents) if one.id == ids["consent a"])
    teller.facts.consents[place] = replace(teller.facts.consents[place], superseded_by=new)
    found = drawn(client_of(make_world(teller.facts, organisation=1, head=HEAD)), f"/consents/{new}/impact.json")
    assert found["subjects"] == [new, ids["consent a"]]
    assert {ids["a"], ids["b"]} <= {part["id"] for part in found["parts"]}
    assert troubles(found) == {}
    state = next(part["state"] for part in found["parts"] if part["id"] == ids["consent a"])
    assert state == CATALOGUES["en"]["lineage.replaced"]


@pytest.mark.parametrize(
    ("act", "reason", "own", "below"),
    [
        (Act.REVOKED, StateReason.STEWARD_DECISION, "revoked", "affected"),
        (Act.REVOKED, StateReason.BREACH, "revoked", "tainted"),
        (Act.SUSPENDED_BY_GRANTOR, StateReason.STEWARD_DECISION, "suspended", "affected"),
        (Act.SUSPENDED_BY_GRANTOR, StateReason.ERROR, "suspended", "tainted"),
    ],
)
def test_trouble_goes_on_to_what_was_made(
    client_of: Client, chain: tuple[Teller, dict[str, str]], act: Act, reason: StateReason, own: str, below: str
) -> None:
    teller, ids = chain
    revoke(teller, ids["consent a"], reason, act)
    found = drawn(client_of(make_world(teller.facts, organisation=1, head=HEAD)), f"/versions/{ids['b']}/lineage.json")
    assert troubles(found) == {
        ids["consent a"]: own,
        ids["run a"]: below,
        ids["a"]: below,
        ids["b"]: below,
    }


def test_recalled_and_withdrawn_parts_are_in_trouble(client_of: Client, chain: tuple[Teller, dict[str, str]]) -> None:
    teller, ids = chain
    teller.recall(2, ids["a"])
    first = next(n for n, one in enumerate(teller.facts.dataset_versions) if one.dataset == ids["data b"])
    later = replace(
        teller.facts.dataset_versions[first], number=2, supersession=Supersession.WITHDRAWAL, at=teller.at()
    )
    teller.facts.dataset_versions.append(later)
    client = client_of(make_world(teller.facts, organisation=1, head=HEAD))
    assert troubles(drawn(client, f"/versions/{ids['b']}/lineage.json")) == {
        ids["a"]: "recalled",
        f"{ids['data b']}/1": "withdrawn",
        ids["run b"]: "affected",
        ids["b"]: "affected",
    }
    # What a newer version of the same dataset is used for is not hurt.
    assert f"{ids['data b']}/2" not in troubles(drawn(client, f"/datasets/{ids['data b']}/impact.json"))


def test_each_part_and_tie_says_how_it_is_known(client_of: Client) -> None:
    of = world_of_all()
    found = drawn(client_of(of), f"/versions/{newest(of)}/lineage.json")
    levels = {part["id"]: part["level"] for part in found["parts"]}
    known = {(levels[one["id"]], one["kind"]) for one in found["parts"]}
    assert known == {
        ("attested", "datasetVersion"),
        ("verified", "consent"),
        ("verified", "run"),
        ("attested", "modelVersion"),
        ("asserted", "modelVersion"),  # the import
    }
    by_target = {tie["target"]: tie["level"] for tie in found["ties"]}
    first, imported = (one.id for one in of.index.facts.model_versions)
    assert by_target[first] == "attested"
    assert by_target[imported] == "asserted"
    assert by_target[of.index.facts.runs[0].id] == "verified"


def test_data_derived_under_a_consent_hang_on_it(client_of: Client) -> None:
    of = world_of_all()
    found = drawn(client_of(of), f"/versions/{newest(of)}/lineage.json")
    own, other, mixed = (one.id for one in of.index.facts.datasets)
    lent = of.index.facts.consents[0].id
    assert {(f"{own}/1", f"{mixed}/1"), (f"{other}/2", lent), (lent, f"{mixed}/1")} <= ties(found)
    assert (f"{other}/2", f"{mixed}/1") not in ties(found)


def test_five_hundred_parts_are_grouped_quickly(client_of: Client) -> None:
    of = make_world(tell_wide(), organisation=1, head=9_000)
    client = client_of(of)
    began = time.process_time()
    found = drawn(client, f"/versions/{newest(of)}/lineage.json")
    assert time.process_time() - began < 2
    assert Counter(part["kind"] for part in found["parts"]) == {
        "datasetVersion": 200,
        "consent": 200,
        "run": 50,
        "modelVersion": 50,
    }
    standing = {part["group"] or part["id"] for part in found["parts"]}
    assert len(standing) <= 40
    assert {part["group"] for part in found["parts"] if part["group"]} == found["groups"].keys()
    for part in found["parts"]:
        if part["group"]:
            group = found["groups"][part["group"]]
            assert (group["kind"], group["trouble"], group["level"]) == (part["kind"], part["trouble"], part["level"])
    assert [part["group"] for part in found["parts"] if part["id"] == newest(of)] == [""]
    assert Counter(part["trouble"] for part in found["parts"] if part["kind"] == "consent")["revoked"] == 20


def test_many_holders_are_grouped_together(client_of: Client) -> None:
    of = world(60, versions=1)
    found = drawn(client_of(of), f"/versions/{newest(of)}/lineage.json")
    assert len({part["group"] or part["id"] for part in found["parts"]}) < 10
    assert any("60 organisations" in group["under"] for group in found["groups"].values())


def test_what_is_too_much_for_a_picture_is_said(client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_api.explorer.diagram.drawing.MOST", 5)
    of = world(3)
    client = client_of(of)
    assert drawn(client, f"/versions/{newest(of)}/lineage.json")["too_many"] == 8
    page = client.get(f"/versions/{newest(of)}/lineage").text
    assert "has 8 parts: too many for one picture" in page
    assert "data-picture" not in page
    Outline(page)


@pytest.mark.parametrize("language", NAMES)
def test_the_page_is_whole_in_every_language(client_of: Client, language: str) -> None:
    of = world(5, versions=3)
    page = client_of(of).get(f"/versions/{newest(of)}/lineage", headers={"Accept-Language": language}).text
    found, texts = Outline(page), CATALOGUES[language]
    assert found.of("html")[0]["lang"] == found.of("main")[0]["lang"] == language
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {a["for"] for a in found.of("label")} <= set(ids)
    for text in ("title", "as_of_help", "find_help", "own_legend", "leans_legend", "table"):
        assert texts[f"lineage.{text}"].format(number=3) in page
    for level in ("verified", "attested", "asserted"):
        assert texts[f"known.{level}_means"] in page
    for _, attributes in found.seen:
        assert not any(name == "style" or name.startswith("on") for name in attributes)


def test_the_table_says_what_the_picture_says(client_of: Client) -> None:
    of = world(5, versions=3)
    client = client_of(of)
    path = f"/versions/{newest(of)}/lineage"
    page, found = client.get(path).text, drawn(client, f"{path}.json")
    rows = re.findall(r'<tr role="row" id="(part-\d+)">(.*?)</tr>', page, re.S)
    assert len(rows) == len(found["parts"])
    place = {part["id"]: row for part, (row, _) in zip(found["parts"], rows, strict=True)}
    for part, (_, row) in zip(found["parts"], rows, strict=True):
        assert f'<a href="{part["page"]}">' in row
        for words in (part["state"], part["wrong"], found["levels"][part["level"]], found["kinds"][part["kind"]]):
            assert words in row
        behind = {place[tie["source"]] for tie in found["ties"] if tie["target"] == part["id"]}
        assert set(re.findall(r'href="#(part-\d+)"', row)) == behind


def test_the_moments_are_those_at_which_something_changed(client_of: Client) -> None:
    of = world(2, versions=2)
    client, (first, second) = client_of(of), of.index.facts.model_versions
    options = re.findall(r'<option value="([^"]*)"( selected)?>', client.get(f"/versions/{first.id}/lineage").text)
    blocks = [int(value) for value, _ in options[:-1]]
    assert blocks == sorted(set(blocks))
    assert {first.at.block, second.at.block} <= set(blocks)
    assert min(blocks) >= first.at.block  # before that, the page does not exist
    assert options[-1] == ("", " selected")
    then = client.get(f"/versions/{first.id}/lineage?asOf={second.at.block - 1}").text
    options = re.findall(r'<option value="([^"]*)" selected>', then)
    assert options == [str(first.at.block)]
    assert f"/versions/{second.id}" not in then
    assert f"lineage.json?asOf={second.at.block - 1}" in then
    assert f"/versions/{second.id}" in client.get(f"/versions/{first.id}/lineage?asOf=").text


def test_a_lifted_recall_is_a_moment_told_by_its_time(client_of: Client) -> None:
    of = world_of_all()
    facts = of.index.facts
    facts.recalls[0] = replace(facts.recalls[0], lifted_by=4, lifted_at=NOW - 60)
    version = facts.recalls[0].version
    page = client_of(of).get(f"/versions/{version}/lineage").text
    assert re.search(r'<option value="2026-[0-9T:-]+Z">[^<]*recall lifted</option>', page)


def test_names_are_escaped(client_of: Client) -> None:
    of = world()
    object.__setattr__(of.index.facts.organisations[0], "name", '"><script>alert(1)</script>')
    client, path = client_of(of), f"/versions/{newest(of)}/lineage"
    page = client.get(path).text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    Outline(page)
    answer = client.get(f"{path}.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert any(part["holder"].startswith('"><script>') for part in answer.json()["parts"])


def test_nothing_is_drawn_of_what_is_not_there(client_of: Client) -> None:
    client = client_of(world())
    for path in (
        "versions/{}/lineage",
        "versions/{}/lineage.json",
        "datasets/{}/impact.json",
        "consents/{}/impact.json",
    ):
        assert client.get("/" + path.format(digest("nobody"))).status_code == 404


def test_what_pages_load_is_compressed(client_of: Client) -> None:
    client = client_of(world())
    answer = client.get("/static/lineage.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Security-Policy"]
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers  # it holds secrets
