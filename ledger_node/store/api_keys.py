"""Keys to the node's API. Only sha-256 of a key is kept; keys are 256 random bits, so no salt is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from ledger_node.ports import ApiKey
from ledger_node.store.database import Database
from ledger_node.store.question import Question
from ledger_node.store.schema.local import api_key as table

CONFIGURED = "configured"
#: No command made these: they come and go with the configured file.
_of_the_file = table.c.made_at.is_(None)
_by_digest = Question(select(table).where(table.c.digest == bindparam("digest")))


class SqlApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[str, int] = {}  # the minute, by digest, that is not written yet

    def configure(self, roles: Mapping[str, str]) -> None:
        """From now on these keys, by key, and no others but those that commands made. What was revoked stays so."""
        rows = {_digest(key): {"role": role, "label": CONFIGURED} for key, role in roles.items()}
        with self._database.write() as connection:
            gone = _of_the_file & table.c.revoked_at.is_(None) & table.c.digest.not_in(rows)
            connection.execute(delete(table).where(gone))
            known = set(connection.scalars(select(table.c.digest).where(table.c.digest.in_(rows))))
            for digest, row in rows.items():
                if digest in known:
                    connection.execute(update(table).where(table.c.digest == digest, _of_the_file).values(row))
                else:
                    connection.execute(table.insert().values(digest=digest, **row))

    def add(self, key: str, role: str, label: str, reach: Sequence[str], now: int, expires_at: int | None) -> ApiKey:
        values = {"role": role, "label": label, "reach": " ".join(reach), "made_at": now, "expires_at": expires_at}
        with self._database.write() as connection:
            connection.execute(table.insert().values(digest=_digest(key), **values))
        return ApiKey(_digest(key), role, label, tuple(reach), now, expires_at)

    def list_all(self) -> list[ApiKey]:
        """Those of the file first, then as they were made."""
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.made_at.is_not(None), table.c.made_at, *table.c))
            return [_key(row) for row in rows]

    def revoke(self, id_: str, now: int) -> ApiKey | None:
        """For ever; a second time changes nothing. None when there is no such key."""
        named = table.c.digest.startswith(id_, autoescape=True)
        with self._database.write() as connection:
            connection.execute(update(table).where(named, table.c.revoked_at.is_(None)).values(revoked_at=now))
            row = connection.execute(select(table).where(named)).first()
        return None if row is None else _key(row)

    def find(self, key: str) -> ApiKey | None:
        with self._database.read() as connection:
            rows = _by_digest.ask(connection, digest=_digest(key))
        return _key(rows[0]) if rows else None

    def named(self, id_: str) -> ApiKey | None:
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.digest.startswith(id_, autoescape=True))).first()
        return None if row is None else _key(row)

    def note_use(self, key: ApiKey, now: int) -> None:
        minute = now - now % 60
        if minute > (key.used_at or 0):
            self._used[key.digest] = minute

    def write_uses(self) -> int:
        """Writes down what was noted: how many keys."""
        noted, self._used = self._used, {}
        if noted:
            with self._database.write() as connection:
                for digest, minute in noted.items():
                    earlier = or_(table.c.used_at.is_(None), table.c.used_at < minute)
                    connection.execute(update(table).where(table.c.digest == digest, earlier).values(used_at=minute))
        return len(noted)


def _key(row: Any) -> ApiKey:
    reach = tuple(row.reach.split())
    return ApiKey(row.digest, row.role, row.label, reach, row.made_at, row.expires_at, row.revoked_at, row.used_at)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
