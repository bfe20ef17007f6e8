"""Rows of the outbox, for tests that plant them."""

from __future__ import annotations

from typing import Any

from ledger_node.store.schema.local import submission
from tests.fakes import address, digest


def row(number: int, state: str, nonce: int, created_at: int = 900, **told: Any) -> dict[str, Any]:
    """A submission whose transaction's hash is `digest(number)`. Columns that nothing asks about are filled in."""
    filled = {
        column.name: str(number) if column.type.python_type is str else number
        for column in submission.columns
        if not column.nullable and column.type.python_type in (str, int)
    }
    known = {"state": state, "nonce": nonce, "signer": address(9), "created_at": created_at, "hash": digest(number)}
    return {**filled, "settled": False, **known, **told}
