"""The types of columns, and what makes an index table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

metadata = MetaData()

ID = String(66)  # 0x-hex of 32 bytes; all zeros where Solidity has a zero
ADDRESS = String(42)  # 0x-hex of 20 bytes, checksummed
EVENT_KEY = ("block", "log_index")


def index_table(name: str, *columns: Column[Any], key: tuple[str, ...] = EVENT_KEY) -> Table:
    """An index table whose rows carry their event's position. `key` names the primary key."""
    position: list[Column[Any]] = [
        Column("block", BigInteger, nullable=False),
        Column("log_index", Integer, nullable=False),
    ]
    for column in (*columns, *position):
        column.nullable = False
        column.primary_key = column.name in key
        # A key is the chain's, never a counter of the database.
        column.autoincrement = False
    ordered = () if key == EVENT_KEY else (Index(f"ix_{name}_position", *EVENT_KEY),)
    return Table(f"index_{name}", metadata, *columns, *position, *ordered)


def scope_columns() -> list[Column[Any]]:
    """A `Scope`: what a use is for, and where."""
    return [
        Column("purposes", BigInteger),
        Column("regions", BigInteger),
        Column("condition", BigInteger),
        Column("project_ref", ID),
    ]
