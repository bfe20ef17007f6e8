"""The Chromium that the browser tests drive: one of this machine's, never a downloaded one."""

from __future__ import annotations

import os
import shutil

import pytest

from scripts.engines.build import REQUIRE

#: Where it is, when it is not on PATH.
PLACE = "MEDLEDGER_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of the program, None when there is none."""
    return os.environ.get(PLACE) or next(filter(None, map(shutil.which, NAMES)), None)


def chromium() -> str:
    """The path of the program. Skips the test when there is none; fails it where engines are required."""
    found = find_chromium()
    if found is None:
        reason = f"no Chromium is here: install one ({', '.join(NAMES)}), or name it in {PLACE}"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found
