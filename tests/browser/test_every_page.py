"""Every page that links lead to, as each role: it answers, is tidy, speaks its language, and fits a narrow screen."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import APIResponse, Page, Response

from registry_api.explorer.languages import CATALOGUES
from tests.browser.conftest import AsRole
from tests.browser.crawl import ROUTES, crawl, route_of
from tests.browser.tidy import quiet, violations

SCREENS = (320, 1280)  # pixels
EACH = 2  # places of one route: with one, what only some of them have is not met
#: Who crawls, in which language. Each also asks for what is found in the other.
CRAWLERS = (
    ("hospital", None, "en"),
    ("hospital", "steward", "fr"),
    ("publisher", "publisher", "en"),
    ("regulator", "auditor", "fr"),
    ("regulator", "operator", "en"),
)
VOID = {"meta", "link", "img", "br", "hr", "input"}
OTHER = {"en": "fr", "fr": "en"}
#: Pages that no link leads to, with the reason.
BY_NO_LINK = {
    "/sign-in/provider": "only where a node has a provider of identities",
    "/sign-in/callback": "the provider leads to it",
    "/sign-out": "its form leads to it, and a page that is asked for there leads on",
}

_reached: dict[tuple[str, str | None], set[str]] = {}


@pytest.mark.parametrize(("organisation", "role", "language"), CRAWLERS)
def test_pages_that_links_lead_to(as_role: AsRole, organisation: str, role: str | None, language: str) -> None:
    page = as_role(organisation, role, locale=language)
    inspection = Inspection(page, language)
    crawl(page, inspection.look_at, EACH)
    _reached[organisation, role] = inspection.reached
    if inspection.faults:
        pytest.fail("\n".join(inspection.faults), pytrace=False)


def test_every_page_is_reached() -> None:
    if len(_reached) < len(CRAWLERS):
        pytest.skip("not all crawls were run")
    reached = set[str]().union(*_reached.values())
    assert sorted({route.path for route in ROUTES} - reached - set(BY_NO_LINK)) == []


class Inspection:
    """Of every page that a crawl comes to. `faults` has a line for each, `reached` the routes."""

    def __init__(self, page: Page, language: str) -> None:
        self.faults: list[str] = []
        self.reached: set[str] = set()
        self._inspected: set[str] = set()
        self._page = page
        self._language = language
        page.on("response", self._on_response)

    def _on_response(self, response: Response) -> None:
        """What pages themselves load: pictures, data of scripts, streams."""
        self.reached |= {route for route in [route_of(response.url)] if route and response.ok}

    def look_at(self, url: str) -> bool:
        """Whether it is a page; what else links lead to is only asked for."""
        answer = self._page.request.get(url, headers={"Accept-Language": OTHER[self._language]})
        self._note(url, answer.status != 200, f"status {answer.status}")
        route = route_of(url)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            self.reached |= {route} if route else set()
            return False
        self._read(url, answer)
        self._page.goto(url)
        try:
            quiet(self._page)
        except AssertionError as trouble:
            self.faults.append(str(trouble))
        if self._language == "fr":
            self._require_no_english(url, Reader(self._page.content()))
        if route and route not in self._inspected:
            self._inspected.add(route)
            self._inspect(url)
        return True

    def _read(self, url: str, answer: APIResponse) -> None:
        language = OTHER[self._language]
        read = Reader(answer.text())
        self._note(url, read.languages != {language}, f"asked for in {language} it is in {sorted(read.languages)}")
        if language == "fr":
            self._require_no_english(url, read)

    def _require_no_english(self, url: str, read: Reader) -> None:
        found = [text for text in ENGLISH_ALONE if text in read.text]
        self._note(url, bool(found), f"English in the French page: {found}")

    def _inspect(self, url: str) -> None:
        """As it stands, in the dark, and on a narrow screen."""
        page = self._page
        self.faults += [f"{url}: {one}" for one in violations(page)]
        page.emulate_media(color_scheme="dark")
        self.faults += [f"{url} in the dark: {one}" for one in violations(page, type="rule", values=["color-contrast"])]
        page.emulate_media(color_scheme="light")
        for screen in SCREENS:
            page.set_viewport_size({"width": screen, "height": 720})
            wide = int(page.evaluate("document.documentElement.scrollWidth"))
            self._note(url, wide > screen, f"{wide} pixels wide on a screen of {screen}")

    def _note(self, url: str, is_fault: bool, what: str) -> None:
        if is_fault:
            self.faults.append(f"{url}: {what}")


class Reader(HTMLParser):
    """The text of a page without what it says is in another language, and the languages of the whole and its main
    part."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self.languages: set[str | None] = set()
        self._open: list[tuple[str, bool]] = []  # elements, and whether they are in the page's language
        self.feed(content)
        self.text = " ".join(" ".join(self._parts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        language = dict(attrs).get("lang")
        if tag in ("html", "main"):
            self.languages.add(language)
        if tag in VOID:
            return
        inherited = not self._open or self._open[-1][1]
        self._open.append((tag, inherited if language is None else language in self.languages))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass  # an element whose end may be left out

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][1]:
            self._parts.append(data)


def fragments(text: str) -> list[str]:
    """What a text of a catalogue says whatever is put in, as far as it tells one language from another."""
    found = (" ".join(part.split()) for part in re.split(r"\{[^}]*\}", text))
    return [part for part in found if len(part) >= 10 and " " in part]


_FRENCH = " ".join(CATALOGUES["fr"].values())
ENGLISH_ALONE = sorted({part for text in CATALOGUES["en"].values() for part in fragments(text) if part not in _FRENCH})
