"""A publisher's day at the pages: a model, a consent to ask for, a talk with the hospital, and what blocks a sale."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from registry_api.explorer.languages import Texts
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.test_consortium import LOCALES, follow, press
from tests.browser.tidy import tidy

TITLES = {"en": "Lesions <b>of</b> the breast", "fr": "Lésions du sein, « essai »"}


def awaited(page: Page, found: Locator) -> Locator:
    """What another organisation wrote, once this node has read the block."""
    for _ in range(20):
        if found.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(found).to_be_visible()
    return found


@pytest.mark.parametrize("language", LOCALES)
def test_a_publisher_registers_asks_and_answers(as_role: AsRole, scene: Scene, language: str) -> None:
    texts, title = Texts(language), TITLES[language]
    publisher = as_role("publisher", "publisher", locale=LOCALES[language])

    publisher.goto("/models")
    tidy(publisher)
    publisher.get_by_role("link", name=texts("models.register")).click()
    publisher.get_by_label(texts("card.title")).fill(title)
    press(publisher, texts("models.register"))
    expect(publisher.get_by_role("alert")).to_contain_text("ML-0111")  # it says not what the model is for
    tidy(publisher)
    publisher.get_by_label(texts("card.intended_use")).fill("Research; for no patient")
    press(publisher, texts("models.register"))
    follow(publisher, texts)
    expect(publisher.get_by_role("heading", level=1)).to_have_text(title)
    tidy(publisher)

    # The story's request is open and asked back on; so the publisher asks for the same dataset once more.
    publisher.goto(f"/requests/new?dataset={scene.facts.dataset}")
    publisher.get_by_role("checkbox", name="COMMERCIALISE").check()
    publisher.get_by_role("checkbox", name="MLTRAINING").check()
    publisher.get_by_label(texts("requests.sponsor")).fill("Fund for research")
    publisher.get_by_label(texts("card.title")).fill(title)
    tidy(publisher)
    press(publisher, texts("requests.send"))
    follow(publisher, texts)
    expect(publisher.get_by_text("Fund for research")).to_be_visible()
    tidy(publisher)
    path = "/requests/" + publisher.url.partition("/requests/")[2]

    steward = as_role("hospital", "steward", locale=LOCALES[language])
    steward.goto("/requests")
    awaited(steward, steward.get_by_role("link", name=title)).click()
    expect(steward.get_by_role("link", name=texts("requests.grant"))).to_be_visible()
    steward.get_by_label(texts("requests.ask_back")).fill("Which <vote>?\nAnd when?")
    tidy(steward)
    press(steward, texts("requests.send_message"))
    follow(steward, texts)
    expect(steward.get_by_text("Which <vote>?")).to_be_visible()

    publisher.goto(path)
    awaited(publisher, publisher.get_by_text("Which <vote>?"))
    publisher.get_by_label(texts("requests.say")).fill("EK 12/2026, in May")
    press(publisher, texts("requests.send_message"))
    follow(publisher, texts)
    expect(publisher.get_by_text(texts("requests.in_reply", number="1"))).to_be_visible()
    tidy(publisher)

    steward.goto(path)
    awaited(steward, steward.get_by_text("EK 12/2026, in May"))
    steward.get_by_label(texts("requests.reason")).select_option("SAFEGUARDS_TOO_WEAK")
    press(steward, texts("requests.decline"))
    follow(steward, texts)
    expect(steward.get_by_text(texts.code("DeclineReason", "SAFEGUARDS_TOO_WEAK"))).to_be_visible()
    tidy(steward)


@pytest.mark.parametrize("language", LOCALES)
def test_a_publisher_sees_what_blocks_a_sale(as_role: AsRole, scene: Scene, language: str) -> None:
    texts = Texts(language)
    page = as_role("publisher", "publisher", locale=LOCALES[language])

    page.goto(f"/versions/{scene.facts.child}")
    expect(page.get_by_text(texts.code("Reason", "OPERATION_NOT_PERMITTED"))).to_be_visible()
    tidy(page)
    page.get_by_label(texts("steps.sell")).check()
    press(page, texts("version.do_it"))
    expect(page.get_by_role("alert")).to_contain_text("OPERATION_NOT_PERMITTED")
    page.get_by_role("link", name=re.compile(texts("version.ask", hospital=".*"))).first.click()
    expect(page.locator("#dataset")).to_have_value(scene.facts.dataset)

    page.goto(f"/versions/{scene.facts.version}")
    expect(page.get_by_text(texts("obstacles.recalls"))).to_be_visible()
    page.get_by_role("link", name=texts("version.run_made", number="1")).click()
    expect(page.get_by_role("heading", level=2).first).to_have_text(texts("runs.what_it_is"))
    picture = page.get_by_role("img", name=texts("runs.picture_alt"))
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0
    tidy(page)


def test_narrow_and_dark_pages_are_tidy(as_role: AsRole, scene: Scene) -> None:
    options = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
    page = as_role("publisher", "publisher", locale=LOCALES["fr"], **options)
    facts = scene.facts
    for path in (
        f"/models/{facts.model}",
        f"/models/{facts.model}/publish",
        f"/versions/{facts.version}",
        f"/runs/{facts.run}",
        "/runs",
        f"/requests/{facts.asked}",
        "/requests/new",
    ):
        page.goto(path)
        tidy(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
