"""Lists from either end, of a stretch of time and of a state; parts of answers; answers that are known already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from starlette.testclient import TestClient

from registry_api import selecting
from registry_api.schemas.base import rfc3339

from .fakes import digest
from .story import HEAD, world, world_of_all
from .test_reads import pages

Client = Callable[..., TestClient]
LISTS = ["organisations", "datasets", "consents", "models", "versions", "runs", "recalls", "requests", "proposals"]


def items(client: TestClient, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize("noun", LISTS)
def test_the_newest_come_first_page_after_page(client_of: Client, noun: str) -> None:
    client = client_of(world_of_all(), "auditor")
    oldest = items(client, f"/v1/{noun}?limit=200")
    assert oldest
    for limit in (1, 2, 200):
        found = pages(client, f"/v1/{noun}?order=newest", limit)
        assert list(chain.from_iterable(found)) == oldest[::-1]
    assert items(client, f"/v1/{noun}?order=oldest") == oldest


def test_a_cursor_keeps_its_order(client_of: Client) -> None:
    client = client_of(world(5), "auditor")
    first = client.get("/v1/datasets?order=newest&limit=2").json()
    second = items(client, f"/v1/datasets?limit=200&cursor={first['next']}")
    assert [*first["items"], *second] == items(client, "/v1/datasets")[::-1]
    refused = client.get(f"/v1/datasets?order=oldest&cursor={first['next']}")
    assert (refused.status_code, refused.json()["field"]) == (400, "query.order")


@pytest.mark.parametrize("noun", LISTS)
def test_a_stretch_is_from_one_block_to_another(client_of: Client, noun: str) -> None:
    client = client_of(world_of_all(), "auditor")
    whole = items(client, f"/v1/{noun}?limit=200")
    blocks = sorted({one["block"] for one in whole})
    for since in (0, *blocks):
        for until in (*blocks, HEAD, HEAD + 500):
            within = [one for one in whole if since <= one["block"] <= until]
            assert items(client, f"/v1/{noun}?limit=200&since={since}&until={until}") == within


def test_a_stretch_may_be_of_time(client_of: Client) -> None:
    of = world(5)
    client = client_of(of, "auditor")
    whole = items(client, "/v1/datasets")
    for one in whole:
        made = rfc3339(of.node.times.of(one["block"]).timestamp)
        same = [other for other in whole if other["block"] == one["block"]]
        assert items(client, f"/v1/datasets?since={made}&until={made}") == same
    assert items(client, "/v1/datasets?since=1970-01-01T00:00:00Z") == whole
    assert items(client, "/v1/datasets?until=1970-01-01T00:00:00Z") == []
    assert items(client, "/v1/datasets?since=2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("noun", "name", "values"),
    [
        ("consents", "state", ["ACTIVE", "SUSPENDED", "REVOKED"]),
        ("requests", "state", ["OPEN", "ASKED_BACK", "GRANTED", "DECLINED"]),
        ("proposals", "state", ["OPEN", "PASSED", "EXECUTED", "LAPSED"]),
        ("versions", "lifecycle", ["PUBLISHED", "RELEASED", "DEPRECATED", "WITHDRAWN"]),
        ("runs", "outcome", ["OPEN", "COMPLETED", "ABANDONED"]),
    ],
)
def test_states_divide_a_list(client_of: Client, noun: str, name: str, values: list[str]) -> None:
    client = client_of(world_of_all(), "auditor")
    whole = items(client, f"/v1/{noun}?limit=200")
    parts = {value: items(client, f"/v1/{noun}?limit=200&{name}={value}") for value in values}
    assert all(one[name] == value for value, part in parts.items() for one in part)
    assert sorted(one["block"] for part in parts.values() for one in part) == sorted(one["block"] for one in whole)
    assert client.get(f"/v1/{noun}?{name}=OTHER").status_code == 400


def test_recalls_that_stand_and_that_were_lifted(client_of: Client) -> None:
    client = client_of(world_of_all(), "auditor")
    assert [one["stands"] for one in items(client, "/v1/recalls?stands=true")] == [True]
    assert items(client, "/v1/recalls?stands=false") == []


@pytest.mark.parametrize("noun", ["consents", "requests"])
def test_a_purpose_is_among_those_that_are_asked_for(client_of: Client, noun: str) -> None:
    client = client_of(world_of_all(), "auditor")
    whole = items(client, f"/v1/{noun}?limit=200")
    for purpose in ("HRESCH", "MLTRAINING", "TREATDS"):
        wanted = [one for one in whole if purpose in one["purposes"]]
        assert items(client, f"/v1/{noun}?limit=200&purpose={purpose}") == wanted


def test_who_made_it_selects(client_of: Client) -> None:
    client = client_of(world_of_all(), "auditor")
    nouns = {"models": "publisher", "versions": "publisher", "runs": "publisher", "recalls": "issuer"}
    for noun, name in nouns.items():
        whole = items(client, f"/v1/{noun}?limit=200")
        for number in range(1, 5):
            wanted = [one for one in whole if one[name]["number"] == number]
            assert items(client, f"/v1/{noun}?limit=200&{name}={number}") == wanted


def test_a_page_that_looked_at_very_many_ends_early(client_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(selecting, "LOOKED_AT", 2)
    client = client_of(world(7), "auditor")
    whole = items(client, "/v1/consents?limit=200")
    assert {one["state"] for one in whole} == {"ACTIVE", "SUSPENDED", "REVOKED"}
    found = pages(client, "/v1/consents?state=ACTIVE", 1)
    assert list(chain.from_iterable(found)) == [one for one in whole if one["state"] == "ACTIVE"]
    assert any(not page for page in pages(client, "/v1/consents?state=SUSPENDED", 1))
    assert client.get("/v1/consents?state=SUSPENDED&limit=1").json()["next"] is not None


def test_only_the_fields_that_are_asked_for(client_of: Client) -> None:
    of = world_of_all()
    client = client_of(of, "auditor")
    page = client.get("/v1/consents?limit=1&fields=id,notBefore").json()
    assert page.keys() == {"asOfBlock", "indexLag", "next", "items"}
    assert [one.keys() for one in page["items"]] == [{"id", "notBefore"}]
    one = client.get(f"/v1/consents/{page['items'][0]['id']}?fields=state").json()
    assert one.keys() == {"asOfBlock", "indexLag", "state"}
    for fields in ("id,not_before", "", "id,", "nothing", "items"):
        refused = client.get(f"/v1/consents?fields={fields}").json()
        assert (refused["code"], refused["field"]) == ("ML-0101", "query.fields")
    version = of.index.facts.model_versions[0].id
    picture = client.get(f"/v1/versions/{version}/lineage.svg?fields=id")
    assert (picture.status_code, picture.json()["field"]) == (400, "query.fields")


def test_what_is_known_is_not_sent_again(client_of: Client) -> None:
    of = world(3)
    client = client_of(of, "auditor")
    first = client.get("/v1/datasets")
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/v1/datasets", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get("/v1/datasets", headers={"If-None-Match": '"other"'}).status_code == 200
    unchanged = client.get("/v1/datasets", headers={"If-None-Match": tag})
    stamp = (unchanged.headers["As-Of-Block"], unchanged.headers["Index-Lag"])
    assert (unchanged.status_code, *stamp) == (304, str(HEAD), str(first.json()["indexLag"]))
    of.index.facts.datasets.pop()
    changed = client.get("/v1/datasets", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert "ETag" not in client.get("/v1/datasets/nothing").headers


def test_a_tag_tells_one_state_from_another(client_of: Client) -> None:
    client = client_of(world_of_all(), "auditor")
    blocks = [one["block"] for one in items(client, "/v1/consents")]
    tags = {client.get(f"/v1/consents?asOf={block}").headers["ETag"] for block in blocks}
    assert len(tags) == len(set(blocks))


SEARCHED = {
    "/v1/datasets": "datasets",
    "/v1/models": "models",
    "/v1/versions": "model_versions",
    "/v1/requests": "requests",
}


@pytest.mark.parametrize("path", SEARCHED)
def test_a_search_finds_by_the_words_of_cards(client_of: Client, path: str) -> None:
    of = world_of_all()
    client, whole = client_of(of, "auditor"), items(client_of(of, "auditor"), f"{path}?limit=200")
    cards = {one["cardDigest"] for one in whole}
    one = whole[0]["cardDigest"]
    of.index.facts.words[one] = {"breast", "ultrasound"}
    for text in ("breast", "ULTRA*%20Br%C3%A9ast"):
        found = client.get(f"{path}?text={text}").json()
        assert found["items"] == [each for each in whole if each["cardDigest"] == one]
        assert found["unreadCards"] == len(cards) - 1
    assert items(client, f"{path}?text=lung") == []
    assert client.get(path).json()["unreadCards"] is None
    refused = client.get(f"{path}?text=%2A")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "ML-0101", "query.text")


def test_a_search_of_a_datasets_versions(client_of: Client) -> None:
    of = world_of_all()
    client, one = client_of(of, "auditor"), of.index.facts.dataset_versions[0]
    path = f"/v1/datasets/{one.dataset}/versions"
    of.index.facts.words[one.card_digest] = {"breast"}
    whole = items(client, path)
    found = client.get(f"{path}?text=breast").json()
    assert found["items"] == [each for each in whole if each["cardDigest"] == one.card_digest]
    assert found["unreadCards"] == len({each["cardDigest"] for each in whole} - {one.card_digest})
    assert items(client, f"{path}?text=lung") == []


def test_a_search_goes_page_after_page(client_of: Client) -> None:
    of = world(5)
    for n, one in enumerate(of.index.facts.datasets):
        of.index.facts.datasets[n] = replace(one, card_digest=digest(f"card {n}"))
        of.index.facts.words[digest(f"card {n}")] = {"even" if n % 2 == 0 else "odd"}
    client = client_of(of, "auditor")
    found = pages(client, "/v1/datasets?text=even", 1)
    assert [one["id"] for one in chain.from_iterable(found)] == [one.id for one in of.index.facts.datasets[::2]]
