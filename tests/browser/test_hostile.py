"""What hostile texts, hostile origins and hostile links can do to who uses the pages: nothing."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger_node.client.inputs import Document, Input
from ledger_node.domain.codes import Capability, Operation, Outcome, Severity
from registry_api.explorer import forms
from scripts.demo.commands import medledger
from tests.browser.conftest import AsRole
from tests.browser.crawl import ROUTES, crawl, links, route_of
from tests.browser.scene import SCOPE, Scene, wanted
from tests.browser.tidy import quiet
from tests.browser.visiting import open_page, sign_in
from tests.integration.pair import some_digest

DOWNLOAD = re.compile(r"/(bundle|exports|trust|lineage\.svg)")
#: Leaves a text, an attribute and a script, and is a template's expression.
HOSTILE = "\"'><b data-pwned>x</b><script>pwned()</script>{{7*7}}"
INTACT = f"{HOSTILE} intact"
ELSEWHERE = "http://127.0.0.1:1"  # another origin of the same site, so that cookies come along; nothing listens there
LEADS_AWAY = (
    "https://elsewhere.invalid/",
    "//elsewhere.invalid/",
    "/\\elsewhere.invalid/",
    "\\\\elsewhere.invalid/",
    "/\t/elsewhere.invalid/",
    "///elsewhere.invalid/",
    "http:elsewhere.invalid",
    "javascript:pwned()",
    "data:text/html,<script>pwned()</script>",
)


def assert_harmless(page: Page) -> None:
    """No element was made of the text, and no script was even tried: the policy would have said so on the console."""
    assert page.locator("[data-pwned]").count() == 0, page.url
    quiet(page)


# Texts


@pytest.fixture(scope="module")
def told(scene: Scene) -> dict[str, str]:
    """A page for each kind of text that organisations give each other; the text is on it."""
    named = {"title": INTACT, "intendedUse": INTACT, "limitations": INTACT}
    card = Document({"format": "medledger-model-card/1", **named})
    method = Document({"format": "medledger-run-card/1", "title": INTACT, "method": INTACT})
    with (
        scene.client("hospital") as hospital,
        scene.client("publisher") as publisher,
        scene.client("regulator", "operator") as regulator,
    ):

        def made(submission: object, what: str) -> str:
            return str(scene.wait_for(submission)["outcome"][what])  # type: ignore[arg-type, index, literal-required]

        dataset = made(hospital.datasets.register(Document({"title": INTACT})), "dataset")
        model = made(publisher.models.register(card), "model")
        request = made(publisher.requests.make(wanted(dataset, INTACT)), "request")
        scene.wait_for(hospital.requests.send_message(request, INTACT))
        used = [Input(scene.facts.dataset, 1, scene.facts.consent, Operation.TRAIN)]
        run = made(publisher.runs.open(model, scope=SCOPE, card=method, inputs_used=used), "run")
        publisher.runs.close(run, Outcome.COMPLETED, result_digest=some_digest())
        published = publisher.models.publish(model, run=run, artifact_digest=some_digest(), card=card)
        version = made(published, "version")
        notice = Document({"title": INTACT, "what": INTACT})
        recall = made(publisher.recalls.issue(version, Severity.MINOR, notice), "recall")
        admin = "0x" + "ab" * 20
        proposed = regulator.proposals.admit(INTACT, admin, Capability.CUSTODIAN, for_profit=False)
        proposal = made(proposed, "proposal")
    return {
        "dataset": f"/datasets/{dataset}",
        "datasets": "/datasets",
        "impact": f"/datasets/{dataset}/impact",
        "request": f"/requests/{request}",
        "requests": "/requests",
        "model": f"/models/{model}",
        "models": "/models",
        "run": f"/runs/{run}",
        "version": f"/versions/{version}",
        "lineage": f"/versions/{version}/lineage",
        "question": f"/versions/{version}/questions",
        "recall": f"/recalls/{recall}",
        "recalls": "/recalls",
        "proposal": f"/proposals/{proposal}",
        "consortium": "/consortium",
        "new consent": f"/consents/new?dataset={dataset}&request={request}",
        "overview": "/",
    }


#: Where the text must be seen, so that the test is not of a page that shows none.
SHOWN = {"dataset", "datasets", "request", "model", "models", "run", "version", "proposal"}


def test_texts_of_others_are_only_text(as_role: AsRole, told: dict[str, str]) -> None:
    page = as_role("hospital", "steward")
    shown = set()
    for name, path in told.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        if name == "lineage":
            page.locator("[data-laid-out]").wait_for(state="attached")
        assert_harmless(page)
        shown |= {name} if INTACT in page.locator("body").inner_text() else set()
    assert sorted(SHOWN - shown) == []


def test_label_of_a_key_is_only_text(browser: Browser, scene: Scene) -> None:
    member = scene.member("hospital")
    made = medledger("api-key", "make", HOSTILE, "--role", "steward", "--config", member.config)
    page = open_page(browser, member.url)
    sign_in(page, made["key"])
    expect(page.locator("header")).to_contain_text(HOSTILE)
    assert_harmless(page)
    page.context.close()


def test_queries_and_paths_are_only_text(as_role: AsRole) -> None:
    page = as_role("hospital", "steward")
    names = {name.alias for route in ROUTES for name in route.dependant.query_params}
    query = urlencode(
        dict.fromkeys(sorted(names | {"next", "lang", "cursor", "asOf", "text", "code", "state"}), HOSTILE)
    )
    for route in ROUTES:
        if route.path == "/live" or DOWNLOAD.search(route.path):
            continue  # no browser shows it
        path = re.sub(r"\{\w+\}", quote(HOSTILE, safe=""), route.path)
        for place in dict.fromkeys((path, f"{path}?{query}", f"{path}?text={quote(HOSTILE)}")):
            page.goto(place)
            assert_harmless(page)


# Origins


def elsewhere(page: Page, content: str) -> Page:
    """A page of another origin in the same browser, with the same cookies: watched by nobody."""
    other = page.context.new_page()
    other.route(f"{ELSEWHERE}/", lambda route: route.fulfill(body=content, content_type="text/html"))
    other.goto(f"{ELSEWHERE}/")
    return other


def form_of(page: Page) -> dict[str, str]:
    """The hidden fields of the form of new models, filled in."""
    page.goto("/models/new")
    hidden = {name: page.locator(f"main input[name={name}]").input_value() for name in ("form", "once")}
    return {**hidden, "card.title": "Forged", "card.intendedUse": "None"}


def newest(scene: Scene) -> str:
    with scene.client("publisher") as node:
        return node.submissions.list(limit=1).items[0]["id"]


def test_form_of_another_origin_writes_nothing(as_role: AsRole, scene: Scene) -> None:
    """Even with the session's own token: who knows it still is another origin."""
    page = as_role("publisher", "publisher")
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in form_of(page).items())
    action, before = f"{scene.member('publisher').url}/models/new", newest(scene)
    other = elsewhere(page, f'<form method="post" action="{action}">{inputs}<button>Go</button></form>')
    with other.expect_navigation() as arrived:
        other.get_by_role("button").click()
    assert arrived.value.status == 403
    assert "medledger" in arrived.value.request.all_headers()["cookie"]
    assert newest(scene) == before
    forget(page)


def test_form_of_another_session_writes_nothing(as_role: AsRole, scene: Scene) -> None:
    page = as_role("publisher", "publisher")
    fields, before = form_of(page), newest(scene)
    send = """fields => fetch("/models/new", {method: "POST", body: new URLSearchParams(fields)})"""
    post = f"{send}.then(one => one.status)"
    for token in ("", "x" * len(fields["form"])):
        assert page.evaluate(post, {**fields, "form": token}) == 403
    assert newest(scene) == before
    assert page.evaluate(post, fields) == 200  # it was the token: with its own the same form is a write
    assert newest(scene) != before


def test_page_in_a_frame_of_another_origin_stays_empty(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward")
    other = elsewhere(page, f'<iframe src="{scene.member("hospital").url}/"></iframe>')
    (frame,) = other.frames[1:]
    frame.wait_for_load_state()
    assert frame.url == "chrome-error://chromewebdata/"
    assert "Hôpital" not in frame.content()
    forget(page)


def forget(page: Page) -> None:
    """What a page of another origin did in this context; it is known to be one."""
    with pytest.raises(AssertionError, match="another host"):
        quiet(page)


# Sessions


def test_cookie_of_a_session_is_for_this_node_alone(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward")
    member = scene.member("hospital")
    (cookie,) = (one for one in page.context.cookies() if one["name"].startswith("medledger"))
    said = (cookie["httpOnly"], cookie["sameSite"], cookie["path"], cookie["expires"], cookie["domain"])
    assert said == (True, "Lax", "/", -1, "127.0.0.1")
    assert cookie["name"] == f"medledger-{member.port}"
    assert member.api_keys["steward"] not in cookie["value"]
    kept = page.evaluate("[document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join()")
    assert cookie["value"] not in kept
    assert member.api_keys["steward"] not in kept + page.content()


def test_session_that_was_given_is_not_taken(browser: Browser, scene: Scene) -> None:
    """Who plants a cookie does not share what is signed in to with it, nor does a cookie outlive signing out."""
    member = scene.member("hospital")
    name, planted = f"medledger-{member.port}", "p" * 43
    page = open_page(browser, member.url)
    page.context.add_cookies([{"name": name, "value": planted, "url": member.url}])
    sign_in(page, member.api_keys["steward"])
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"] == planted) == (name, False)
    page.locator("header form button").click()
    page.wait_for_url("**/")
    stranger = open_page(browser, member.url)
    for value in (planted, cookie["value"]):
        stranger.context.add_cookies([{"name": name, "value": value, "url": member.url}])
        stranger.goto("/")
        assert stranger.locator("header form").count() == 0  # nobody to sign out
    page.context.close()
    stranger.context.close()


# Links


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_link_leads_away(as_role: AsRole, scene: Scene, signed_in: bool) -> None:
    page = as_role("hospital", "steward" if signed_in else None)
    with scene.client("hospital") as node:
        done = node.submissions.list(limit=1).items[0]["id"]
    own = f"{scene.member('hospital').url}/"
    for target in LEADS_AWAY:
        for path in ("/sign-in", f"/submissions/{done}"):
            page.goto(f"{path}?{urlencode({'next': target})}")
            assert page.url.startswith(own)
            assert [one for one in links(page) if not one.startswith(own)] == []
            hidden = page.locator("input[name=next]")
            assert not hidden.count() or forms.own_path(hidden.first.input_value()) == hidden.first.input_value()
    quiet(page)


# Drafts


def test_drafts_of_another_organisation_are_on_no_page(as_role: AsRole, scene: Scene) -> None:
    """A write that its own node holds back: its pages show it, another's know nothing of it."""
    with scene.client("publisher", "operator") as operator, scene.client("publisher") as publisher:
        operator.node.pause()
        try:
            draft = publisher.models.register(Document({"title": "Draft of a canary"}), wait=0)
            own = as_role("publisher", "publisher")
            own.goto("/submissions")
            assert draft["id"] in own.content()
            page = as_role("hospital", "operator")
            seen = []

            def look_at(url: str) -> bool:
                answer = page.goto(url) if route_of(url) and not DOWNLOAD.search(url) else None
                if answer is None:
                    return False
                seen.append(url)
                assert draft["id"] not in page.content()
                assert "canary" not in page.content()
                return True

            crawl(page, look_at, each=1)
            assert len(seen) > 10
            answer = page.goto(f"/submissions/{draft['id']}")
            assert answer is not None
            assert answer.status == 404
        finally:
            operator.node.resume()
