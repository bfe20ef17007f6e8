"""Pages as Chromium loads and shows them, each time in a browser context that has never seen the node."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from scripts.bench.form import Figure
from scripts.bench.reading import facts, hubs

PATIENCE = 60_000  # milliseconds
WEIGHT = 350  # kB
LAID_OUT = "[data-laid-out]"
#: Milliseconds from the key to the end of the frame that shows what it did.
ANSWERED = """() => new Promise((done) => addEventListener("keydown", (event) =>
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - event.timeStamp))), { once: true }))"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def weights(browser: Browser, url: str, runs: int) -> list[Figure]:
    """kB that go over the network until a page is quiet: its HTML, styles, scripts, pictures and data."""
    version = facts.youngest(0)
    paths = {
        "list of models": "/models",
        "dossier": f"/versions/{version}",
        "lineage": f"/versions/{version}/lineage",
    }
    figures = []
    for name, path in paths.items():
        figure = Figure(f"first load of the {name}, kB over the network", goal=WEIGHT, better="lower")
        figure.runs += [_weight(browser, url + path) for _ in range(runs)]
        figures.append(figure)
    return figures


def _weight(browser: Browser, url: str) -> float:
    with _page(browser) as page:
        loaded: list[float] = []
        network = page.context.new_cdp_session(page)
        network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
        network.send("Network.enable")
        page.goto(url)
        if url.endswith("/lineage"):
            page.locator(LAID_OUT).wait_for()
        page.wait_for_timeout(500)
        return sum(loaded) / 1000


def lineage(browser: Browser, url: str, parts: int, runs: int) -> list[Figure]:
    """Seconds from asking for the page until the picture is laid out, and from opening all its groups until then."""
    version, found = _version_of(browser, url, parts)
    first = Figure(f"lineage of {found} parts, seconds until it is laid out", goal=2, better="lower")
    opened = Figure(f"lineage of {found} parts, seconds until all groups are open", goal=2, better="lower")
    for _ in range(runs):
        with _page(browser) as page:
            began = time.perf_counter()
            page.goto(f"{url}/versions/{version}/lineage", wait_until="commit")
            page.locator(LAID_OUT).wait_for()
            first.runs.append(time.perf_counter() - began)
            began = time.perf_counter()
            page.locator("[data-do=open]").click()
            page.locator(f"{LAID_OUT}[data-standing='{found}']").wait_for()
            opened.runs.append(time.perf_counter() - began)
    return [first, opened]


def _version_of(browser: Browser, url: str, parts: int) -> tuple[str, int]:
    """A version of the ensemble whose lineage has so many parts at least, as few as can be, and how many."""
    with _page(browser) as page:
        sizes: dict[str, int] = {}
        for level, places in enumerate(hubs.LEVELS[:2]):
            for version in (hubs.id_of("ensemble", level, place) for place in range(places)):
                answer: Any = page.request.get(f"{url}/versions/{version}/lineage.json").json()
                sizes[version] = len(answer["parts"])
    return min(((version, size) for version, size in sizes.items() if size >= parts), key=lambda one: one[1])


def long_table(browser: Browser, url: str, runs: int) -> list[Figure]:
    """A dataset's impact on hundreds of versions: the longest table that there is."""
    painted = Figure("", goal=1, better="lower")
    answered = Figure("", goal=0.2, better="lower")
    for _ in range(runs):
        with _page(browser) as page:
            page.goto(f"{url}/datasets/{hubs.SOURCE}/impact")
            rows = page.locator("tbody tr").count()
            painted.measure = f"table of {rows} rows, seconds to the first paint"
            answered.measure = f"table of {rows} rows, seconds from a key to the next picture"
            painted.runs.append(page.evaluate(PAINTED) / 1000)
            page.evaluate(f"() => {{ window.answered = ({ANSWERED})(); }}")  # not waited for
            page.keyboard.press("Tab")
            answered.runs.append(page.evaluate("window.answered") / 1000)
    return [painted, answered]
