"""Every error has a code and a line in the docs."""

from __future__ import annotations

import re
from pathlib import Path

from ledger_node.errors import MedLedgerError, all_errors

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"


def test_codes_are_unique_and_well_formed() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"ML-\d{4}", code) for code in codes)


def test_every_error_has_its_line_in_the_docs() -> None:
    text = DOCS.read_text()
    missing = [error.code for error in all_errors() if f"| `{error.code}` | {error.title} |" not in text]
    assert missing == []


def test_message_names_got_and_needed() -> None:
    error = MedLedgerError("a thing", got="3 bytes", needed="32 bytes")
    assert str(error) == "a thing; got: 3 bytes; needed: 32 bytes"
