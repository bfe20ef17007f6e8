"""The committed reference pages are those that the code gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.reference.pages import PAGES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("file", sorted(PAGES), ids=lambda file: file.name)
def test_page_is_current(file: Path) -> None:
    assert file.read_text() == PAGES[file](), "run make generate"
