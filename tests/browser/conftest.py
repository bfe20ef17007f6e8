"""What the browser tests share: one running consortium, one Chromium, and pages that are watched.

A test asks for `as_role` and for `scene`, and calls `tidy(page)` after each thing that the page shows:

    def test_steward_revokes(as_role: AsRole, scene: Scene) -> None:
        page = as_role("hospital", "steward")          # signed in through the form; "publisher", "regulator" likewise
        page.goto(f"/consents/{scene.facts.consent}")  # paths are of that organisation's node
        page.get_by_role("link", name="Revoke").click()
        tidy(page)                                     # no error, no other host, axe finds nothing (tests.browser.tidy)

    as_role("hospital")                                # nobody is signed in
    as_role("hospital", locale="fr-FR", color_scheme="dark", viewport={"width": 320, "height": 640})

- `scene` (tests.browser.scene) is a chain with a block a second and a node for each of three organisations. Its
  `facts` are ids of a story that was told on it; `scene.client(organisation, role)` writes more through the API, and
  `scene.wait_for(submission)` waits until every node knows it. All tests share it: one that revokes, recalls or votes
  makes what it ends itself, and leaves the story's facts as they are.
- `as_role` opens a page in a context of its own, with no cookies but its session. When the test ends, what a page said
  on the console or asked of another host fails the test, `tidy` or not.
- A page asked for with a problem (404, a form refused) is quiet; one that fails to load anything beside is not.

Both need a Chromium (tests.browser.chromium): without one the tests are skipped and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Cookie, Page

from tests.browser.chromium import chromium
from tests.browser.scene import Scene, playing
from tests.browser.tidy import quiet
from tests.browser.visiting import launched, open_page, sign_in


class AsRole(Protocol):
    """`options` are those of a Playwright context: locale, color_scheme, viewport and others."""

    def __call__(self, organisation: str, role: str | None = None, **options: Any) -> Page: ...


# Of the package, not of the session: Playwright's event loop must be gone before other tests run their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched(chromium()) as started:
        yield started


@pytest.fixture(scope="package")
def scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Asks for the browser, so that nothing is started for tests that are skipped."""
    with playing(tmp_path_factory.mktemp("scene")) as played:
        yield played


@pytest.fixture(scope="package")
def sessions() -> dict[tuple[str, str], list[Cookie]]:
    """The cookies of who has signed in, by organisation and role: a node lets one address try only so often."""
    return {}


@pytest.fixture
def as_role(browser: Browser, scene: Scene, sessions: dict[tuple[str, str], list[Cookie]]) -> Iterator[AsRole]:
    pages: list[Page] = []

    def as_role(organisation: str, role: str | None = None, **options: Any) -> Page:
        member = scene.member(organisation)
        page = open_page(browser, member.url, **options)
        pages.append(page)
        if role is not None:
            context, who = page.context, (organisation, role)
            context.add_cookies(sessions.get(who, []))  # type: ignore[arg-type]
            sign_in(page, member.api_keys[role])
            sessions[who] = [one for one in context.cookies() if one["name"].startswith("medledger")]
        return page

    yield as_role
    for page in pages:
        page.context.close()
    for page in pages:
        quiet(page)
