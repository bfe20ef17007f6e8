"""The Pins port: an accepted document is a row with its bytes until the blob store has them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from ledger_node.ports import Clock, Unpinned
from ledger_node.store.bulk import put
from ledger_node.store.database import Database
from ledger_node.store.schema.local import pin as table


class SqlPins:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def keep(self, cid: str, content: bytes, *, with_next: bool = False) -> None:
        now = self._clock.now()
        row = {"cid": cid, "content": content, "queued_at": now, "attempts": 0, "next_at": now, "pinned_at": None}
        accepting = self._database.accepting
        do = accepting.do_with_next if with_next else accepting.do
        do(lambda connection: put(connection, table, row))

    def find(self, cid: str) -> bytes | None:
        with self._database.read() as connection:
            return connection.scalar(select(table.c.content).where(table.c.cid == cid))

    def due(self, most: int) -> list[Unpinned]:
        due = (
            select(table.c.cid, table.c.content, table.c.attempts)
            .where(table.c.pinned_at.is_(None), table.c.next_at <= self._clock.now())
            .order_by(table.c.next_at, table.c.queued_at, table.c.cid)
            .limit(most)
        )
        with self._database.read() as connection:
            return [Unpinned(row.cid, row.content, row.attempts) for row in connection.execute(due)]

    def pinned(self, cids: Sequence[str]) -> None:
        values = {"content": None, "pinned_at": self._clock.now()}
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.cid.in_(cids)).values(values))

    def put_off(self, cid: str, until: int, *, others: bool) -> None:
        waiting = table.c.pinned_at.is_(None)
        with self._database.write() as connection:
            connection.execute(
                update(table).where(table.c.cid == cid, waiting).values(attempts=table.c.attempts + 1, next_at=until)
            )
            if others:
                connection.execute(update(table).where(waiting, table.c.next_at < until).values(next_at=until))

    def ages(self) -> dict[str, int]:
        with self._database.read() as connection:
            return {row.cid: row.queued_at for row in connection.execute(select(table.c.cid, table.c.queued_at))}

    def release(self, cid: str, before: int) -> bool:
        with self._database.write() as connection:
            connection.execute(
                delete(table).where(table.c.cid == cid, table.c.pinned_at.is_not(None), table.c.queued_at < before)
            )
            return connection.scalar(select(table.c.cid).where(table.c.cid == cid)) is None
