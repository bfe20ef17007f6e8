"""The steward's page: its reasons are the ones there are. Its commands are run in tests/integration."""

from __future__ import annotations

import re
from pathlib import Path

from ledger_node.edge.quarantine import Quarantine

PAGE = (Path(__file__).parents[3] / "docs" / "steward.md").read_text()


def test_the_reasons_of_the_page_are_there() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE.partition("## Whose")[0], re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert {name for name in told if name not in Quarantine.__members__} == set()
    assert len(told) > 35
