"""The KeptSessions port."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from ledger_node.ports import Caller, KeptSession, Person
from ledger_node.store.database import Database
from ledger_node.store.schema.local import session as table


class SqlSessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, digest: str, session: KeptSession) -> None:
        values = {"begun_at": session.begun_at, "seen_at": session.seen_at, **_opener(session.who)}
        with self._database.write() as connection:
            connection.execute(table.insert().values(digest=digest, **values))

    def find(self, digest: str) -> KeptSession | None:
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.digest == digest)).first()
        if row is None:
            return None
        who = row.key or Person(Caller(row.caller, row.role), row.ends_at)
        return KeptSession(who, row.begun_at, row.seen_at)

    def touch(self, digest: str, now: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.digest == digest).values(seen_at=now))

    def remove(self, digest: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.digest == digest))

    def forget(self, begun_by: int, seen_by: int) -> None:
        with self._database.write() as connection:
            connection.execute(delete(table).where(or_(table.c.begun_at <= begun_by, table.c.seen_at <= seen_by)))


def _opener(who: str | Person) -> dict[str, Any]:
    if isinstance(who, str):
        return {"key": who}
    return {"caller": who.caller.name, "role": who.caller.role, "ends_at": who.ends_at}
