"""From link to link through the pages of one node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from fastapi.routing import APIRoute
from playwright.sync_api import Page
from starlette.routing import Match

from registry_api.explorer import pages
from registry_api.explorer.languages import CHOICE

ROUTES = [
    route
    for subject in pages.SUBJECTS
    for route in subject.routes.routes
    if isinstance(route, APIRoute) and "GET" in route.methods
]


def route_of(url: str) -> str | None:
    """The path of the page's route, None for what is no page."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(url).path}
    return next((route.path for route in ROUTES if route.matches(scope)[0] is Match.FULL), None)


def crawl(page: Page, look: Callable[[str], bool], each: int) -> None:
    """Looks at the overview, and at what `page` links to whenever a look says that it is shown there.

    Of one route at most `each` places with one kind of query, and twice as many in all.
    """
    page.goto("/")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    met = {f"{origin}/"}
    kinds: Counter[tuple[str, ...]] = Counter()

    def is_wanted(url: str) -> bool:
        query = sorted(parse_qs(urlsplit(url).query, keep_blank_values=True))
        route = (route_of(url) or urlsplit(url).path,)
        if url in met or not url.startswith(f"{origin}/") or CHOICE in query:
            return False
        kinds[route] += 1
        kinds[kind := (*route, *query)] += bool(query)
        met.add(url)
        return kinds[kind] <= each and kinds[route] <= 2 * each

    waiting = [*met]
    for url in waiting:
        if look(url):
            waiting += filter(is_wanted, links(page))


def links(page: Page) -> list[str]:
    """Where the page leads, whole."""
    found: list[str] = page.locator("a[href]").evaluate_all("links => links.map(one => one.getAttribute('href'))")
    return [urldefrag(urljoin(page.url, one)).url for one in found]
