"""The programs that `make engines` gets, for the tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.engines.build import ALL, REQUIRE


def engine(program: str) -> Path:
    """Where `program` lies. Skips the test when it is not built; fails it where engines are required."""
    found = next(one for one in ALL if one.program == program)
    if not found.is_built():
        reason = f"{program} is not here: make engines"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found.target
