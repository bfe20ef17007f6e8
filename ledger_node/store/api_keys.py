"""Keys to the node's API. Only sha-256 of a key is kept; keys are 256 random bits, so no salt is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import delete, select

from ledger_node.store.database import Database
from ledger_node.store.schema.local import api_key as table


class SqlApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, roles: Mapping[str, str]) -> None:
        """From now on these keys, by key, and no others."""
        with self._database.write() as connection:
            connection.execute(delete(table))
            rows = [{"digest": _digest(key), "role": role, "label": "configured"} for key, role in roles.items()]
            if rows:
                connection.execute(table.insert(), rows)

    def role_of(self, key: str) -> str | None:
        with self._database.read() as connection:
            return connection.scalar(select(table.c.role).where(table.c.digest == _digest(key)))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
