"""The overview as each role sees it, what it leads to, and what is said of a page that is not there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AsRole
from tests.browser.tidy import tidy


@pytest.mark.parametrize(
    ("organisation", "role", "kind", "leads_to"),
    [
        ("hospital", "steward", "Consents that end within 30 days", "consents"),
        ("publisher", "publisher", "Questions about your requests", "requests"),
        ("regulator", "auditor", "Recalls to acknowledge", "recalls"),
        ("publisher", "operator", "Proposals open for a vote", "proposals"),
    ],
)
def test_what_waits_leads_to_where_it_is_done(
    as_role: AsRole, organisation: str, role: str, kind: str, leads_to: str
) -> None:
    page = as_role(organisation, role)
    page.goto("/")
    waiting = page.get_by_role("region", name="What waits for you")
    expect(waiting.get_by_role("heading", name=kind)).to_be_visible()
    tidy(page)
    waiting.get_by_role("table", name=kind).get_by_role("link").first.click()
    page.wait_for_url(re.compile(f"/{leads_to}/"))
    tidy(page)


def test_overview_in_french_in_the_dark_on_a_narrow_screen(as_role: AsRole) -> None:
    viewport = {"width": 320, "height": 640}
    page = as_role("hospital", locale="fr-FR", color_scheme="dark", viewport=viewport)
    page.goto("/")
    expect(page.get_by_role("heading", name="Hôpital Saint-Luc")).to_be_visible()
    expect(page.get_by_role("region", name="Rappels les plus récents")).to_contain_text("grave")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tidy(page)
    page.locator('main a[href^="/consents/0x"]').first.click()
    page.wait_for_url("**/consents/*")


def test_a_page_that_is_not_there_says_so_in_the_reader_s_language(as_role: AsRole) -> None:
    page = as_role("regulator", locale="fr-FR")
    page.goto("/nowhere")
    expect(page.get_by_role("heading", name="Introuvable ici")).to_be_visible()
    tidy(page)
    page.get_by_role("link", name="Retour à la vue d’ensemble").click()
    expect(page.get_by_role("heading", name="Federal Medicines Authority")).to_be_visible()
