"""Opening pages in a Chromium of this machine, and signing in there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.tidy import watch

SECONDS = 15  # until a thing is on a page, at most


@contextmanager
def launched(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


def open_page(browser: Browser, url: str, **options: Any) -> Page:
    """A watched page in a context of its own, for paths of the node at `url`."""
    context = browser.new_context(**{"base_url": url, "reduced_motion": "reduce", **options})
    context.set_default_timeout(SECONDS * 1000)
    watch(context, url)
    return context.new_page()


def sign_in(page: Page, key: str) -> None:
    """Through the form, unless somebody is signed in. Ends on the overview."""
    page.goto("/sign-in")
    if page.locator("#key").count():
        page.locator("#key").fill(key)
        page.locator("form.sign-in button").click()
    page.wait_for_url("**/")
