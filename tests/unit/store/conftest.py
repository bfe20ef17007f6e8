from __future__ import annotations

import pytest

from ledger_node.store.database import Database
from tests.unit.store.chronicle import Chronicle


@pytest.fixture
def chronicle(database: Database) -> Chronicle:
    return Chronicle(database)
