from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.store.chronicle import Chronicle


@pytest.fixture
def chronicle(tmp_path: Path) -> Iterator[Chronicle]:
    made = Chronicle(tmp_path)
    yield made
    made.database.close()
