"""A steward's work from start to end: a consent is issued with its preview, suspended, reinstated and revoked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from registry_api.explorer.languages import Texts
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.test_consortium import LOCALES, follow, press
from tests.browser.tidy import tidy

BOXES = ("operations.TRAIN", "operations.EXPORT_WEIGHTS", "purposes.HRESCH", "purposes.EHDS_53_E", "modifiers.PUB")


def state(page: Page, texts: Texts, name: str) -> None:
    """What the page of a consent says that it is."""
    expect(page.locator(".tags")).to_contain_text(texts.code("ConsentState", name))


def act(page: Page, texts: Texts, key: str, reason: str) -> None:
    """From the page of a consent and back to it, by the page that shows what it reaches."""
    page.get_by_role("link", name=texts(key), exact=True).click()
    page.get_by_label(reason).check()
    tidy(page)
    press(page, texts(key))
    follow(page, texts)


@pytest.mark.parametrize("language", LOCALES)
def test_steward_issues_a_consent_and_ends_it(as_role: AsRole, scene: Scene, language: str) -> None:
    t = Texts(language)
    page = as_role("hospital", "steward", locale=LOCALES[language])
    page.goto(f"/datasets/{scene.facts.dataset}")
    page.get_by_role("link", name=t("datasets.issue")).click()
    page.get_by_label(t("issuing.grantee"), exact=True).select_option("2")
    for box in BOXES:
        page.locator(f'[name="{box}"]').check()
    page.get_by_text(t("issuing.regions"), exact=True).click()
    page.locator('[name="regions.FR"]').check()
    page.get_by_label(t("issuing.epsilon")).fill("0.00000001")
    page.get_by_role("textbox", name=t("issuing.policy"), exact=True).fill(
        "Comité d’éthique, avis 12/2026 <b>& plus</b>"
    )
    tidy(page)

    press(page, t("issuing.preview"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile(f"^{t('page.refused_title')}"))
    expect(page.locator(".field.wrong #epsilonBudget")).to_have_value("0.00000001")
    tidy(page)
    page.get_by_label(t("issuing.epsilon")).fill("1.5")
    press(page, t("issuing.preview"))
    expect(page.get_by_text(t("caution.to_come"))).to_be_visible()
    expect(page.locator(".terms")).to_contain_text("DUO:0000019")
    expect(page.locator(".terms")).to_contain_text(t.code("Region", "FR"))
    tidy(page)
    press(page, t("issuing.change"))
    expect(page.locator('[name="regions.FR"]')).to_be_checked()
    press(page, t("issuing.preview"))
    press(page, t("consents.issue"))
    follow(page, t)

    page.wait_for_url(re.compile("/consents/0x"))
    state(page, t, "ACTIVE")
    expect(page.locator(".terms")).to_contain_text(t("terms.epsilon", number="1.5"))
    tidy(page)
    act(page, t, "acts.suspend", t.code("StateReason", "STEWARD_DECISION"))
    state(page, t, "SUSPENDED")
    act(page, t, "acts.reinstate", t.code("StateReason", "STEWARD_DECISION"))
    state(page, t, "ACTIVE")
    act(page, t, "acts.revoke", t.code("StateReason", "ERROR"))
    state(page, t, "REVOKED")
    expect(page.get_by_role("row")).to_have_count(4)
    tidy(page)


@pytest.mark.parametrize("language", LOCALES)
def test_what_a_revocation_reaches_is_shown_beforehand(as_role: AsRole, scene: Scene, language: str) -> None:
    t = Texts(language)
    page = as_role("hospital", "steward", locale=LOCALES[language], color_scheme="dark")
    page.goto(f"/consents/{scene.facts.consent}/revoke")
    expect(page.locator(f'a[href="/runs/{scene.facts.running}"]')).to_be_visible()
    for version in (scene.facts.version, scene.facts.child):
        expect(page.locator(f'a[href="/versions/{version}"]').first).to_be_visible()
    with scene.client("hospital") as node:
        reached = len({one["version"] for one in node.consents.impact(scene.facts.consent)})
    expect(page.get_by_text(t.count("acts.tainted", reached))).to_be_visible()
    tidy(page)


def test_everybody_reads_what_hospitals_hold_and_permit(as_role: AsRole, scene: Scene) -> None:
    facts = scene.facts
    for locale, width in (("en-GB", 1280), ("fr-FR", 320)):
        page = as_role("publisher", None, locale=locale, viewport={"width": width, "height": 800})
        for path in (
            "/datasets",
            f"/datasets/{facts.dataset}",
            f"/datasets/{facts.dataset}/versions/2",
            f"/datasets/{facts.revoked_on}/impact",
            "/consents",
            f"/consents/{facts.consent}",
            f"/consents/{facts.revoked}/impact",
            f"/consents/{facts.revoked}/suspend",
            "/consents/new",
        ):
            page.goto(path)
            tidy(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"/consents/{facts.consent}")
    assert page.evaluate("document.querySelector('.picture img').naturalWidth") == 760


def test_the_form_works_by_keyboard_on_a_narrow_screen(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward", viewport={"width": 320, "height": 640})
    page.goto(f"/consents/new?supersedes={scene.facts.consent}")
    tidy(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    box = page.locator('[name="operations.COMMERCIALISE"]')
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Look at it first").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(Texts("en")("caution.sells"))).to_be_visible()
    expect(page.get_by_text(Texts("en")("terms.carries"))).to_be_visible()
    tidy(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
