"""The picture of a lineage: found one's way in, by mouse and by keyboard, with 500 parts, and through time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from registry_api.app import create_app
from tests.browser.conftest import AsRole
from tests.browser.scene import Scene
from tests.browser.tidy import quiet, tidy, watch
from tests.unit.api.fakes import make_world
from tests.unit.api.story import tell_wide

LAID_OUT = ".canvas[data-laid-out]"


@dataclass(frozen=True)
class Wide:
    """A node that knows a lineage of 500 parts; `version` is the last of fifty."""

    url: str
    version: str


@pytest.fixture(scope="module")
def wide(browser: Browser) -> Iterator[Wide]:
    facts = tell_wide()
    application = create_app(make_world(facts, organisation=1, head=9_000).node)
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Wide(f"http://127.0.0.1:{port}", facts.model_versions[-1].id)
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(browser: Browser, wide: Wide) -> Iterator[Page]:
    context = browser.new_context(base_url=wide.url, reduced_motion="reduce")
    watch(context, wide.url)
    opened = context.new_page()
    opened.goto(f"/versions/{wide.version}/lineage")
    opened.wait_for_selector(LAID_OUT)
    yield opened
    context.close()
    quiet(opened)


def standing(page: Page) -> int:
    return int(page.locator(LAID_OUT).get_attribute("data-standing") or 0)


def chosen(page: Page) -> Any:
    return page.locator(".chosen")


def test_five_hundred_parts_are_readable_and_open(page: Page) -> None:
    assert standing(page) <= 40
    expect(page.locator(".hits")).to_have_text("")
    page.get_by_role("button", name="Open all groups").click()
    page.wait_for_selector(".canvas[data-standing='500'][data-laid-out]")
    expect(page.locator(".hits")).to_contain_text("60 of 500")
    page.get_by_role("button", name="Close all groups").click()
    page.wait_for_selector(LAID_OUT)
    assert standing(page) <= 40


def test_search_finds_opens_and_leads_on_by_keyboard(page: Page) -> None:
    before = standing(page)
    box = page.get_by_role("combobox", name="Find a part")
    box.focus()
    box.press("ArrowDown")
    expect(chosen(page)).to_contain_text("20 dataset versions")
    box.press("Enter")
    expect(chosen(page)).to_have_text("")
    box.press("Enter")  # nothing is chosen now
    assert standing(page) == before + 19
    page.get_by_role("button", name="Close all groups").press("Enter")
    assert standing(page) == before
    box.press("ArrowDown")
    chosen(page).get_by_role("button", name="Open this group").press("Enter")
    assert standing(page) == before + 19
    expect(chosen(page)).to_be_focused()
    page.get_by_role("button", name="Close all groups").press("Enter")
    box.fill("consent revoked kliniczny")
    expect(page.locator("#found [role=option]")).to_have_count(20)
    box.press("ArrowDown")
    option = page.locator("[role=option][aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    expect(chosen(page)).to_contain_text("✕ revoked")
    box.press("Enter")  # the group that it stands in
    assert standing(page) == before + 19
    way = chosen(page).get_by_role("link").get_attribute("href")
    box.press("Enter")
    page.wait_for_url(f"**{way}")
    page.go_back()
    page.wait_for_selector(LAID_OUT)
    box.fill("nowhere to be found")
    expect(page.get_by_text("Nothing is found.")).to_be_visible()


def test_a_click_opens_a_group(page: Page) -> None:
    before = standing(page)
    box = page.get_by_role("combobox", name="Find a part")
    box.focus()
    box.press("ArrowDown")  # it stands in the middle now
    box.blur()
    canvas = page.locator(".canvas")
    canvas.scroll_into_view_if_needed()  # a click in the frame of a scroll meets the picture where it was
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    size = canvas.bounding_box()
    assert size is not None
    canvas.click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    page.wait_for_selector(f".canvas[data-standing='{before + 19}']")


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_the_picture_can_be_taken_away(page: Page, kind: str) -> None:
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"Save as {kind}").click()
    assert saved.value.suggested_filename.endswith(f"-9000.{kind.lower()}")
    content = saved.value.path().read_bytes()
    assert content.startswith(b"\x89PNG" if kind == "PNG" else b"<svg ")
    if kind == "SVG":
        assert content.count(b"<g>") == standing(page)
        assert "✕ revoked".encode() in content


def test_the_table_has_every_part(page: Page) -> None:
    expect(page.locator("tr[id^=part-]")).to_have_count(500)
    tidy(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_reader(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG").click()
    ground = re.search(r'<rect [^>]*fill="rgb\((\d+)', saved.value.path().read_text("utf-8"))
    assert ground is not None
    assert (int(ground[1]) > 200) == (scheme == "light")


def test_a_lineage_is_looked_at_as_it_was(as_role: AsRole, scene: Scene) -> None:
    page = as_role("regulator", locale="fr-FR", viewport={"width": 320, "height": 640})
    page.goto(f"/versions/{scene.facts.version}/lineage")
    page.wait_for_selector(LAID_OUT)
    child = page.locator(f"a[href='/versions/{scene.facts.child}']")
    expect(child).to_have_count(1)
    expect(page.locator("strong.wrong").first).to_be_visible()  # a recall stands
    tidy(page)
    slider = page.get_by_role("slider", name="Moment affiché")
    slider.focus()
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == page.locator("#as-of option").first.inner_text()
    page.wait_for_url("**/lineage?asOf=*")
    page.wait_for_selector(LAID_OUT)
    expect(slider).to_be_focused()
    expect(child).to_have_count(0)
    expect(page.locator("strong.wrong")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tidy(page)


def test_the_impact_of_data_and_consents_is_a_picture_too(as_role: AsRole, scene: Scene) -> None:
    page = as_role("hospital", "steward")
    for path in (f"/datasets/{scene.facts.dataset}/impact", f"/consents/{scene.facts.revoked}/impact"):
        page.goto(path)
        page.wait_for_selector(LAID_OUT)
        expect(page.locator(f"tr[id^=part-] a[href='/versions/{scene.facts.version}']")).to_have_count(1)
        tidy(page)


def test_without_script_there_is_the_table_and_the_form(as_role: AsRole, scene: Scene) -> None:
    page = as_role("regulator", java_script_enabled=False)
    page.goto(f"/versions/{scene.facts.version}/lineage")
    expect(page.locator(".tools")).to_be_hidden()
    image = page.locator(".drawing img")
    assert image.evaluate("one => one.naturalWidth") > 0
    page.locator("#as-of").select_option(index=0)
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/lineage?asOf=*")
    expect(page.locator("tr[id^=part-]").first).to_be_visible()
