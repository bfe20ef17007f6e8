"""The pages: no script but the node's own, no other host, and something to do when there is nothing to see."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.codes import Act, Capability, Operation, StateReason
from ledger_node.domain.figures import Figures
from ledger_node.domain.training import RunInput
from registry_api.auth import Role
from registry_api.explorer import views
from registry_api.reading import View

from .fakes import World, digest, make_world
from .story import HEAD, Teller, world, world_of_all

Client = Callable[..., TestClient]
VOID = {"meta", "link", "img", "br", "rect", "path", "circle", "input"}


class Outline(HTMLParser):
    """Elements, ids, references, and whether the tags are balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def pages_of(of: World) -> list[str]:
    version = of.index.facts.model_versions[-1].id
    return ["/", f"/versions/{version}", f"/versions/{digest('nobody')}", "/versions/nonsense", "/nowhere"]


@pytest.fixture(params=range(5))
def page(request: pytest.FixtureRequest, client_of: Client) -> str:
    of = world(3, versions=2)
    answer = client_of(of).get(pages_of(of)[request.param], headers={"Accept": "text/html"})
    assert answer.headers["Content-Type"].startswith("text/html")
    return str(answer.text)


def test_pages_are_well_formed_and_self_contained(page: str) -> None:
    found = Outline(page)
    tags = {tag for tag, _ in found.seen}
    assert not tags & {"style", "iframe", "object"}
    assert "<script>" not in page
    assert all((one["src"] or "").startswith("/static/") for one in found.of("script"))
    for _, attributes in found.seen:
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "/").startswith(("/", "#", "?"))
            assert not (attributes.get(name) or "/").startswith("//")


def test_pages_can_be_found_one_s_way_in(page: str) -> None:
    found = Outline(page)
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert found.of("a")[0]["href"] == "#main"
    assert found.of("html")[0]["lang"] == "en"
    assert len(found.of("h1")) == 1
    assert all("alt" in attributes for attributes in found.of("img"))
    assert all(attributes.get("scope") in ("col", "row") for attributes in found.of("th"))
    assert len(found.of("caption")) == len(found.of("table"))
    assert {a["aria-labelledby"] for _, a in found.seen if "aria-labelledby" in a} <= set(ids)


def test_the_overview_shows_the_newest_first(client_of: Client) -> None:
    of = world(12, versions=3)
    text = client_of(of).get("/").text
    positions = [text.index(f"/versions/{one.id}") for one in of.index.facts.model_versions]
    assert positions == sorted(positions, reverse=True)
    assert "Universitätsklinikum Nord" in text
    assert "In step with the chain" in text
    assert text.count('role="row"') == 4 + 3 + 5 + 3 + 5  # heads, versions, consents, runs, datasets


def test_an_empty_ledger_says_what_to_do_next(client_of: Client) -> None:
    teller = Teller()
    teller.organisation("Klinik", Capability.CUSTODIAN)
    text = client_of(make_world(teller.facts, organisation=1, head=9)).get("/").text
    for command in ("model publish", "run open", "dataset register"):
        assert f"medledger {command}" in text
    assert text.count('class="empty"') == 6
    assert "<table" not in text


def test_the_overview_says_what_is_wrong_with_the_node(hospital: World, client_of: Client) -> None:
    def overview(language: str = "en") -> str:
        return str(client_of(hospital).get(f"/?lang={language}").text)

    assert "bad-notice" not in overview()
    hospital.ledger.number = HEAD + 500
    assert "500 blocks behind the chain" in overview()
    assert "500 blocs de retard sur la chaîne" in overview("fr")
    hospital.ledger.number = None
    text = overview("fr")
    assert text.count("La chaîne ne répond pas") == 2
    assert '<span lang="en">The chain does not answer.</span>' in text
    assert "<code>ML-0601</code>" in text
    hospital.ledger.number = HEAD
    hospital.gauges.figures = Figures(paused="an alarm", checkpoint=1_700, split_views=1, pins_waiting=3)
    text = overview()
    for words in ("Needs attention", "Writing is paused: an alarm.", "at 1 height<", "3 still to be stored"):
        assert words in text


def test_each_role_looks_at_its_own_first(hospital: World) -> None:
    view = View(hospital.node, None)
    order = {role: [one.kind for one in views.recent(hospital.node, view, role)] for role in (None, *Role)}
    assert {role: kinds[0] for role, kinds in order.items()} == {
        None: "versions",
        Role.STEWARD: "requests",
        Role.PUBLISHER: "versions",
        Role.AUDITOR: "recalls",
        Role.OPERATOR: "versions",
    }
    assert all(sorted(kinds) == sorted(order[None]) for kinds in order.values())


def test_the_overview_leads_on(client_of: Client) -> None:
    of = world_of_all()
    text = client_of(of).get("/").text
    facts = of.index.facts
    for kind, one in (
        ("consents", facts.consents[-1]),
        ("runs", facts.runs[-1]),
        ("datasets", facts.datasets[-1]),
        ("requests", facts.requests[-1]),
        ("recalls", facts.recalls[-1]),
    ):
        assert f'href="/{kind}/{one.id}"' in text
        assert f'<a href="/{kind}">All ' in text


def test_a_version_shows_states_rounds_and_how_it_is_known(client_of: Client) -> None:
    of = world(5, versions=2)
    version = of.index.facts.model_versions[-1]
    text = client_of(of).get(f"/versions/{version.id}").text
    assert "Revoked since." in text
    assert "reaches back" not in text
    for words in (
        "verified",
        "attested",
        "asserted",
        "data permit under the EHDS",
        "at least 10,000",
        "4 / 4",
        "Builds on",
    ):
        assert words in text
    assert f"/versions/{version.id}/lineage.svg?asOf={HEAD}" in text
    assert f"medledger evidence fetch {version.id}" in text
    assert f"/versions/{version.id}/questions?asOf={HEAD}" in text


def test_a_breach_taints(client_of: Client) -> None:
    teller = Teller()
    hospital = teller.organisation("Klinik", Capability.CUSTODIAN)
    publisher = teller.organisation("Verlag", Capability.PUBLISHER)
    dataset, model = teller.dataset(hospital), teller.model(publisher)
    consent = teller.consent(hospital, publisher, dataset, (Act.REVOKED, hospital, StateReason.BREACH))
    version = teller.version(
        publisher, model, teller.run(publisher, model, [RunInput(dataset, 1, consent, Operation.TRAIN)])
    )
    client = client_of(make_world(teller.facts, organisation=1, head=HEAD))
    assert "this version is tainted" in client.get(f"/versions/{version}").text


def test_the_past_can_be_looked_at(client_of: Client) -> None:
    of = world(2, versions=2)
    client = client_of(of)
    first = of.index.facts.model_versions[0]
    assert client.get(f"/versions/{first.id}?asOf={first.at.block}").status_code == 200
    assert client.get(f"/versions/{first.id}?asOf={first.at.block - 1}").status_code == 404
    assert client.get("/?asOf=x").status_code == 400


def test_the_picture_is_served_with_its_own_style_only(client_of: Client) -> None:
    of = world()
    answer = client_of(of).get(f"/versions/{of.index.facts.model_versions[0].id}/lineage.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", answer.headers["Content-Security-Policy"])


def test_names_are_escaped_on_pages_and_pictures(client_of: Client) -> None:
    of = world()
    object.__setattr__(of.index.facts.organisations[1], "name", "<script>alert('&')</script>")
    client = client_of(of)
    version = of.index.facts.model_versions[0].id
    for path in ("/", f"/versions/{version}", f"/versions/{version}/lineage.svg"):
        assert "<script>" not in client.get(path).text


def test_the_section_where_one_is_is_marked(client_of: Client) -> None:
    of = world(3)
    version = of.index.facts.model_versions[-1].id
    for path, section in ((f"/versions/{version}?asOf=1000", "/models"), ("/consortium", "/consortium"), ("/", None)):
        current = re.findall(r'<a href="([^"]+)" aria-current="page"', client_of(of).get(path).text)
        assert current == ([section] if section else [])
