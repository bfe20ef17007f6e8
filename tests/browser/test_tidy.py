"""That the harness sees what it is to see: each breach, on pages that no node served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.tidy import quiet, tidy, watch

ORIGIN = "http://pages.invalid"
PAGE = '<!doctype html><html lang="en"><title>t</title><body><main><h1>h</h1>{}</main></body></html>'
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src http:",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=ORIGIN)
    watch(context, ORIGIN)
    yield context.new_page()
    context.close()


def go_to(page: Page, content: str, status: int = 200) -> None:
    def serve(route: Route) -> None:
        if route.request.url == f"{ORIGIN}/throws.js":
            route.fulfill(body="throw new Error('thrown')", content_type="text/javascript")
        elif route.request.url == f"{ORIGIN}/page":
            route.fulfill(status=status, body=PAGE.format(content), headers=HEADERS)
        else:
            route.fulfill(status=404)

    page.route("**/*", serve)
    page.goto("/page")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("status", [200, 404, 422])
def test_page_without_fault_is_tidy(page: Page, status: int) -> None:
    go_to(page, "<p>text</p>", status)
    tidy(page)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<script>1</script>", "Content Security Policy"),
        ("<p style='color: red'>text</p>", "Content Security Policy"),
        ("<script src='/throws.js'></script>", "thrown"),
        ("<img src='/missing' alt=''>", "Failed to load"),
        ("<img src='http://elsewhere.invalid/pixel' alt=''>", "another host"),
    ],
)
def test_breach_is_seen(page: Page, content: str, said: str) -> None:
    go_to(page, content)
    with pytest.raises(AssertionError, match=said):
        quiet(page)


def test_barrier_is_seen(page: Page) -> None:
    go_to(page, "<input>")
    quiet(page)
    with pytest.raises(AssertionError, match="label: Form elements must have labels"):
        tidy(page)
