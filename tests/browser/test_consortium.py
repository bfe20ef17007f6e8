"""A vote from its opening to its effect, by the operators of two organisations, each at their own node's pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from registry_api.explorer.languages import Texts
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.tidy import tidy

LOCALES = {"en": "en-GB", "fr": "fr-FR"}
#: What is proposed in each language's turn: harmless, and different, so that each changes something.
SHARES = {"en": "51", "fr": "52,5"}


def follow(page: Page, texts: Texts) -> None:
    """From the page of a write to the page that it leads on to, once the chain has it."""
    page.wait_for_url(re.compile("/submissions/"))
    onward = page.locator(".button.primary")
    for _ in range(30):
        if onward.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    onward.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("language", LOCALES)
def test_members_open_vote_and_carry_out(as_role: AsRole, language: str) -> None:
    texts = Texts(language)
    hospital, publisher = (
        as_role(organisation, "operator", locale=LOCALES[language]) for organisation in ("hospital", "publisher")
    )

    hospital.goto("/consortium")
    hospital.get_by_role("link", name=texts("consortium.open_one")).click()
    tidy(hospital)
    hospital.get_by_role("link", name=texts("ballots.CHANGE_THRESHOLDS_new")).click()
    hospital.get_by_label(texts("ballots.label_all")).fill("12")
    hospital.get_by_label(texts("ballots.label_custodians")).fill(SHARES[language])
    press(hospital, texts("proposals.preview"))
    expect(hospital.get_by_role("alert")).to_contain_text("5000")
    hospital.get_by_label(texts("ballots.label_all")).fill(SHARES[language])
    press(hospital, texts("proposals.preview"))
    tidy(hospital)
    about = hospital.get_by_role("heading", level=1).inner_text()
    press(hospital, texts("proposals.open"))
    follow(hospital, texts)

    hospital.get_by_role("link", name=about).click()
    expect(hospital.get_by_text(texts.count("proposals.missing", 2))).to_be_visible()
    press(hospital, texts("proposals.vote_favour"))
    follow(hospital, texts)
    expect(hospital.get_by_text(texts("proposals.voted_favour"))).to_be_visible()

    publisher.goto("/consortium")
    publisher.get_by_role("link", name=about).click()
    expect(publisher.get_by_text(texts.count("proposals.missing", 1))).to_be_visible()
    press(publisher, texts("proposals.vote_favour"))
    follow(publisher, texts)
    expect(publisher.get_by_text(texts("proposals.execute_means"))).to_be_visible()
    tidy(publisher)
    press(publisher, texts("proposals.execute"))
    follow(publisher, texts)

    path = publisher.url.partition("/proposals/")[2]
    for page in (publisher, hospital):
        page.goto(f"/proposals/{path}")
        for _ in range(20):  # the other node reads the block a moment later
            if page.get_by_text(texts("proposals.executed")).count():
                break
            page.reload()
        expect(page.get_by_text(texts("proposals.executed"))).to_be_visible()
        expect(page.get_by_role("row").filter(has_text=texts("proposals.in_favour"))).to_have_count(2)


def test_narrow_pages_are_tidy_in_french(as_role: AsRole, scene: Scene) -> None:
    page = as_role("regulator", None, locale=LOCALES["fr"], viewport={"width": 320, "height": 640})
    page.goto("/consortium")
    tidy(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator('a[href="/organisations/1"]').first.click()
    tidy(page)
    page.locator('a[href^="/keys/"]').first.click()
    tidy(page)
    page.goto(f"/proposals/{scene.facts.proposal}")
    tidy(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_refused_report_says_why(as_role: AsRole, scene: Scene) -> None:
    with scene.client("publisher", "operator") as node:
        address = next(one["address"] for one in node.organisations.keys(2) if one["role"] == "ADMIN")
    page, texts = as_role("publisher", "operator"), Texts("en")
    page.goto(f"/keys/{address}")
    page.get_by_label(texts("keys.report_since")).fill("2037-01-01T00:00")
    press(page, texts("keys.report_do"))
    expect(page.get_by_role("alert")).to_contain_text("the time lies in the future")
    tidy(page)
