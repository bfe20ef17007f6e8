"""`make screens`: a picture of every page, below build/screens, from a consortium that is started for it."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.browser.chromium import NAMES, PLACE, find_chromium
from tests.browser.crawl import ROUTES, crawl, route_of
from tests.browser.scene import Scene, playing
from tests.browser.visiting import launched, open_page, sign_in

FOLDER = Path("build/screens")


@dataclass(frozen=True, slots=True)
class Look:
    """One way to see the pages, in a folder by its name: at whose node, in which role, by which screen and language."""

    name: str
    organisation: str
    role: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


LOOKS = (
    Look("steward", "hospital", "steward"),
    Look("publisher", "publisher", "publisher"),
    Look("regulator", "regulator", "auditor"),
    Look("operator", "regulator", "operator"),
    Look("nobody", "hospital"),
    Look("french", "hospital", "steward", {"locale": "fr-FR"}),
    Look("dark", "publisher", "publisher", {"color_scheme": "dark"}),
    Look("narrow", "regulator", "auditor", {"viewport": {"width": 320, "height": 640}}),
)


def main() -> int:
    program = find_chromium()
    if program is None:
        print(f"no Chromium is here: {', '.join(NAMES)} on PATH, or {PLACE}", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="medledger-") as temporary, Progress(*columns) as progress:
        beginning = progress.add_task("consortium", total=1)
        with playing(Path(temporary)) as scene, launched(program) as browser:
            progress.advance(beginning)
            for look in LOOKS:
                _shoot(scene, browser, look, progress)
    print(f"{len(list(FOLDER.rglob('*.png')))} pictures in {FOLDER}")
    return 0


def _shoot(scene: Scene, browser: Browser, look: Look, progress: Progress) -> None:
    """Each route once."""
    done = progress.add_task(look.name, total=len(ROUTES))
    member = scene.member(look.organisation)
    page = open_page(browser, member.url, **{"locale": "en-GB", "timezone_id": "Europe/Paris", **look.options})
    if look.role is not None:
        sign_in(page, member.api_keys[look.role])
    shot = set()

    def look_at(url: str) -> bool:
        route = route_of(url)
        if route is None or route in shot or not _is_page(page, url, route):
            return False
        page.goto(url)
        if page.locator(".canvas").count():  # a script draws it
            page.locator("[data-laid-out]").wait_for(state="attached")
        page.screenshot(path=FOLDER / look.name / f"{_name(route)}.png", full_page=True)
        shot.add(route)
        progress.advance(done)
        return True

    crawl(page, look_at, each=2)
    progress.update(done, total=len(shot))
    page.context.close()


def _is_page(page: Page, url: str, route: str) -> bool:
    """Whether it is shown there, to whoever has signed in."""
    answer = page.request.get(url)
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    return answer.ok and is_html and route_of(answer.url) == route


def _name(route: str) -> str:
    """`/consents/{consent}/impact` is `consents-consent-impact`."""
    return "-".join(re.findall(r"\w+", route)) or "overview"


if __name__ == "__main__":
    sys.exit(main())
