"""What every page must be: without errors, without strangers, and without a barrier that axe finds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
#: WCAG 2.2, levels A and AA, with what it took over from 2.0 and 2.1.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_FAILED = "Failed to load resource"  # also said of a page itself whose status is a problem's


class Watch:
    """Notes what a context's pages must not do. A breach of the Content-Security-Policy is an error of the console."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.troubles: list[str] = []
        self._origin = origin
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.troubles.append(f"error: {error.error}"))
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        place = message.location["url"]
        is_own_status = message.text.startswith(_FAILED) and message.page and place == message.page.url
        if message.type == "error" and not is_own_status:
            self.troubles.append(f"console: {message.text} ({place})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._origin}/", "data:", f"blob:{self._origin}/")):
            self.troubles.append(f"request to another host: {request.url}")


_watches: WeakKeyDictionary[BrowserContext, Watch] = WeakKeyDictionary()


def watch(context: BrowserContext, origin: str) -> None:
    """From before its first page on. `origin` is the one that its pages may ask: `http://127.0.0.1:8600`."""
    _watches[context] = Watch(context, origin)


def quiet(page: Page) -> None:
    """Asserts that the page's context did nothing that it must not do, since this was last asked."""
    watch = _watches[page.context]
    troubles, watch.troubles = watch.troubles, []
    assert not troubles, f"{page.url}: " + "; ".join(troubles)


def tidy(page: Page) -> None:
    """Asserts that the page as it stands is quiet, and that axe finds no violation of WCAG 2.2 AA."""
    quiet(page)
    found = violations(page)
    assert not found, f"{page.url}:\n" + "\n".join(found)


def violations(page: Page, **only: Any) -> list[str]:
    """A line for each, with the rule and the elements. `only` is what to run instead of all rules: `type`, `values`."""
    page.wait_for_load_state()  # with its style: a click does not wait for it
    page.evaluate(_axe())
    run_only = only or {"type": "tag", "values": RULES}
    found: Any = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations']})", run_only)
    return [
        f"{one['id']}: {one['help']}: " + ", ".join(str(node["target"]) for node in one["nodes"])
        for one in found["violations"]
    ]


@cache
def _axe() -> str:
    return AXE.read_text()
