"""The ReadRecord port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, func, select

from ledger_node.ports import RecordedRead
from ledger_node.store.bulk import insert_all
from ledger_node.store.database import RECORDING, Database
from ledger_node.store.schema.local import recorded_read as table

_COLUMNS = ("read_at", "caller", "operation", "subject", "as_of", "number")


class SqlReadRecord:
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, reads: Sequence[RecordedRead]) -> None:
        with self._database.write(lock=RECORDING) as connection:
            last = connection.scalar(select(func.max(table.c.number))) or 0
            insert_all(connection, table, [{**asdict(one), "number": last + n} for n, one in enumerate(reads, start=1)])

    def list_recent(self, limit: int, before: int | None = None) -> list[RecordedRead]:
        found = select(*(table.c[name] for name in _COLUMNS)).order_by(table.c.number.desc()).limit(limit)
        if before is not None:
            found = found.where(table.c.number < before)
        with self._database.read() as connection:
            return [RecordedRead(*row) for row in connection.execute(found)]

    def forget(self, before: int) -> int:
        with self._database.write(lock=RECORDING) as connection:
            return connection.execute(delete(table).where(table.c.read_at < before)).rowcount
