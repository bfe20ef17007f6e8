"""Pages that move by themselves: what another organisation does, the steps of a write, and the reader's own time."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from ledger_node.client.inputs import Document
from ledger_node.domain.codes import StateReason
from tests.browser.conftest import AsRole
from tests.browser.scene import BLOCK, Scene, terms
from tests.browser.tidy import tidy


def consent_of(scene: Scene) -> str:
    """A new one that every node knows."""
    with scene.client("hospital") as hospital:
        made = scene.wait_for(hospital.consents.issue(terms(hospital, scene.facts.dataset)))
    return str(made["subject"])


def register(scene: Scene) -> None:
    with scene.client("hospital") as hospital:
        scene.wait_for(hospital.datasets.register(Document({"title": "Something new"})))


def state_of(page: Page) -> Locator:
    return page.locator("#main .hero .tags li").first


def mark(page: Page) -> None:
    """A page that is loaded anew does not have the mark."""
    page.evaluate("() => { window.marked = true; }")


def is_marked(page: Page) -> bool:
    return bool(page.evaluate("() => window.marked === true"))


def test_a_revoked_consent_shows_on_another_organisation_s_open_page(as_role: AsRole, scene: Scene) -> None:
    consent = consent_of(scene)
    page = as_role("publisher", "publisher")
    page.goto(f"/consents/{consent}")
    mark(page)
    expect(state_of(page)).to_have_text("active")
    copy = page.locator("#main button.copy").first
    copy.focus()
    with scene.client("hospital") as hospital:
        done = hospital.consents.revoke(consent, StateReason.STEWARD_DECISION)
        mined = time.monotonic()
        assert done["block"] is not None
        expect(state_of(page)).to_have_text("revoked", timeout=2 * BLOCK * 1000)
        assert time.monotonic() - mined < 2 * BLOCK
    assert is_marked(page)
    expect(copy).to_be_focused()
    expect(page.locator("#news")).to_have_text(re.compile("brought up to date"))
    tidy(page)


#: A stream that tells what the test lets it tell.
STREAM = "window.EventSource = class { constructor() { window.stream = this; } close() { window.stream = null; } };"
TELL = "window.stream.onmessage({ lastEventId: '1' });"


def hidden(is_so: bool) -> str:
    """As when another tab is looked at."""
    return (
        f"Object.defineProperty(document, 'hidden', {{ get: () => {str(is_so).lower()}, configurable: true }});"
        "document.dispatchEvent(new Event('visibilitychange'));"
    )


def test_news_that_came_when_the_page_could_not_look_is_shown_later(as_role: AsRole, scene: Scene) -> None:
    consent = consent_of(scene)
    page = as_role("publisher", "publisher")
    page.add_init_script(STREAM)
    page.goto(f"/consents/{consent}")
    with scene.client("hospital") as hospital:
        scene.wait_for(hospital.consents.suspend(consent, StateReason.STEWARD_DECISION))
        expect(state_of(page)).to_have_text("active")
        page.evaluate(TELL + hidden(is_so=True))
        page.evaluate(hidden(is_so=False))
        expect(state_of(page)).to_have_text("suspended")
        scene.wait_for(hospital.consents.revoke(consent, StateReason.STEWARD_DECISION))
    page.route(page.url, lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        page.evaluate(TELL)
    page.evaluate(hidden(is_so=True) + hidden(is_so=False))
    expect(state_of(page)).to_have_text("revoked", timeout=15_000)  # at the latest by itself


def test_who_is_signed_in_no_more_reads_so(as_role: AsRole, scene: Scene) -> None:
    page = as_role("publisher", "publisher")
    page.add_init_script(STREAM)
    page.goto("/models")
    mark(page)
    acting = page.locator("header .acting")
    expect(acting).to_contain_text("Signed in:")
    page.context.clear_cookies()
    page.evaluate(TELL)
    expect(acting).not_to_contain_text("Signed in:")
    expect(acting.get_by_role("link", name="Sign in")).to_be_visible()
    assert is_marked(page)
    tidy(page)


def test_a_page_as_of_a_block_stays_as_it_is(as_role: AsRole, scene: Scene) -> None:
    consent = consent_of(scene)
    with scene.client("publisher") as publisher:
        block = publisher.node.get()["asOfBlock"]
    page = as_role("publisher")
    beside = page.context.new_page()
    beside.goto(f"/consents/{consent}?asOf={block}")
    page.goto(f"/consents/{consent}")
    with scene.client("hospital") as hospital:
        hospital.consents.revoke(consent, StateReason.STEWARD_DECISION)
    expect(state_of(page)).to_have_text("revoked")
    beside.wait_for_timeout(1_000)
    expect(state_of(beside)).to_have_text("active")


def test_a_write_goes_through_its_steps(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward")
    with scene.client("hospital", "operator") as operator, scene.client("hospital") as hospital:
        operator.node.pause()
        try:
            write = hospital.datasets.register(Document({"title": "Step by step"}), wait=0)
            page.goto(f"/submissions/{write['id']}?next=/datasets")
            mark(page)
            expect(page.locator("#main .stages .now")).to_contain_text("Queued")
            expect(page.locator("#main .notice")).to_contain_text("paused this node")
            tidy(page)
        finally:
            operator.node.resume()
    expect(page.locator("#main .lead")).to_contain_text("Final", timeout=30_000)
    expect(page.locator("#main .stages .done")).to_have_count(4)
    assert is_marked(page)
    tidy(page)
    page.get_by_role("link", name="Go on").click()
    expect(page).to_have_url(re.compile("/datasets$"))
    expect(page.locator("header nav a[aria-current=page]")).to_have_text("Datasets")


def test_what_is_typed_is_not_lost(as_role: AsRole, scene: Scene) -> None:
    page = as_role("publisher")
    page.goto("/datasets")
    mark(page)
    words = page.locator("#main .filter input").first
    words.fill("ultra")
    other = page.context.new_page()  # of which nothing is new
    other.goto("/models")
    other.locator("#main .filter input").first.fill("ultra")
    page.bring_to_front()
    register(scene)
    news = page.locator("#news")
    expect(news).to_contain_text("There is news on this page.")
    expect(words).to_have_value("ultra")
    tidy(page)
    expect(other.locator("#news")).to_have_text("")
    words.fill("")
    register(scene)
    expect(news).to_contain_text("brought up to date")
    assert is_marked(page)


@pytest.mark.parametrize(
    ("locale", "zone", "shown"),
    [
        ("en-GB", "Asia/Tokyo", r"GMT\+9 20\d\d-\d\d-\d\d \d\d:\d\d UTC$"),
        ("fr-FR", "UTC", r"^20\d\d-\d\d-\d\d \d\d:\d\d$"),
    ],
)
def test_times_are_told_in_the_readers_zone(as_role: AsRole, scene: Scene, locale: str, zone: str, shown: str) -> None:
    page = as_role("publisher", locale=locale, timezone_id=zone)
    page.goto(f"/consents/{scene.facts.consent}")
    expect(page.locator("#main time").first).to_have_text(re.compile(shown))
    tidy(page)


def test_without_script_pages_say_utc_and_how_to_look_again(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward", java_script_enabled=False, timezone_id="Asia/Tokyo")
    with scene.client("hospital") as hospital:
        write = hospital.datasets.register(Document({"title": "Without script"}), wait=0)
    page.goto(f"/submissions/{write['id']}")
    expect(page.locator("#main time").first).to_have_text(re.compile(r"^20\d\d-\d\d-\d\d \d\d:\d\d$"))
    again = page.get_by_role("link", name="Look again")
    deadline = time.monotonic() + 15
    while again.count() and time.monotonic() < deadline:
        again.click()
    expect(page.locator("#main .lead")).to_contain_text("Final")


def test_codes_are_copied_whole(as_role: AsRole, scene: Scene) -> None:
    page = as_role("publisher", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/consents/{scene.facts.consent}")
    page.get_by_role("button", name=f"Copy: {scene.facts.consent[:10]}").first.click()
    copied = page.get_by_role("button", name=f"Copied: {scene.facts.consent[:10]}").first
    expect(copied).to_have_text("Copied")
    said = page.locator("#copied[role=status]")
    expect(said).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == scene.facts.consent
    expect(said).to_have_text("")
    expect(copied).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_writes_fit_a_narrow_screen(as_role: AsRole, scheme: str) -> None:
    page = as_role("hospital", "operator", color_scheme=scheme, viewport={"width": 320, "height": 640})
    for path in ("/submissions", "/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        tidy(page)
    page.goto("/submissions")
    page.locator("#main a.main").first.click()
    page.wait_for_load_state()
    expect(page.locator("#main .stages")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    tidy(page)
