"""The Index port: applying steps, rewinding, and the figures over all rows."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, select, update

from ledger_node.domain.position import BlockRef
from ledger_node.errors import IndexConflict
from ledger_node.ports import Checkpoint, Step
from ledger_node.store import reads
from ledger_node.store.bulk import insert_all
from ledger_node.store.lease import open_alone
from ledger_node.store.rewinding import keep_reverted, rearm
from ledger_node.store.schema import INDEX_TABLES
from ledger_node.store.schema.following import block, checkpoint

AT_A_TIME = 5_000  # rows of a whole table in memory


class SqlIndex(
    reads.OrganisationReads,
    reads.KeyReads,
    reads.EventReads,
    reads.ProposalReads,
    reads.GenerationReads,
    reads.DatasetReads,
    reads.StreamReads,
    reads.ConsentReads,
    reads.RequestReads,
    reads.ModelReads,
    reads.RecallReads,
    reads.RunReads,
    reads.RevertedReads,
    reads.FeedReads,
    reads.CardReads,
):
    """What is asked is in `reads`; here is what is written, and the figures over all rows."""

    def _writing(self) -> AbstractContextManager[Connection]:
        """The transaction of every write to the index."""
        return self._database.write(as_writer=True)

    def begin(self, genesis: Checkpoint) -> None:
        with self._writing() as connection:
            if connection.execute(select(checkpoint)).first() is None:
                connection.execute(checkpoint.insert().values(_values(genesis)))

    def apply(self, step: Step) -> None:
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in step.rows:
            rows[row.table].append(row.values)
        blocks = [{"number": b.number, "hash": b.hash, "timestamp": b.timestamp} for b in step.blocks]
        with self._writing() as connection:
            _move(connection, step.expected, step.reached)
            insert_all(connection, block, blocks)
            for name, values in rows.items():
                insert_all(connection, INDEX_TABLES[name], values)

    def rewind(self, expected: Checkpoint, to: Checkpoint) -> None:
        with self._writing() as connection:
            _move(connection, expected, to)
            keep_reverted(connection, to.number)
            rearm(connection, to.number)
            for table in INDEX_TABLES.values():
                connection.execute(delete(table).where(table.c.block > to.number))
            connection.execute(delete(block).where(block.c.number > to.number))

    @contextmanager
    def beside(self) -> Iterator[SqlIndex]:
        with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
            database = open_alone(f"sqlite:///{folder}/index.db")
            try:
                yield SqlIndex(database)
            finally:
                database.close()

    def replace(self, rebuilt: SqlIndex) -> None:
        at = rebuilt.checkpoint()
        assert at is not None  # it has been followed to somewhere
        with rebuilt._database.read() as source:
            with self._database.read() as connection:
                wrong = [table for table in (*INDEX_TABLES.values(), block) if _differ(table, connection, source)]
            with self._writing() as connection:
                _move(connection, at, at)
                for table in wrong:
                    connection.execute(delete(table))
                    for rows in source.execute(_ordered(table)).partitions():
                        insert_all(connection, table, [dict(row._mapping) for row in rows])

    def digest(self) -> str:
        with self._database.read() as connection:
            return _digest(connection)

    def counts(self) -> dict[str, int]:
        with self._database.read() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in INDEX_TABLES.items()
            }

    def find_block(self, below: int) -> BlockRef | None:
        newest = select(block).where(block.c.number < below).order_by(block.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).first()
        return None if row is None else BlockRef(row.number, row.hash, row.timestamp)


def _values(at: Checkpoint) -> dict[str, Any]:
    return {"id": 1, "number": at.number, "hash": at.hash, "timestamp": at.timestamp}


def _move(connection: Connection, expected: Checkpoint, to: Checkpoint) -> None:
    """Compare and swap: IndexConflict when the checkpoint is another."""
    moved = connection.execute(
        update(checkpoint)
        .where(checkpoint.c.number == expected.number, checkpoint.c.hash == expected.hash)
        .values(_values(to))
    )
    if moved.rowcount != 1:
        raise IndexConflict("the checkpoint is not where this step began", needed="read it again")


def _ordered(table: Table) -> Select[Any]:
    """All rows in the order of their keys, a part of them in memory at a time."""
    return select(table).order_by(*table.primary_key.columns).execution_options(yield_per=AT_A_TIME)


def _differ(table: Table, first: Connection, second: Connection) -> bool:
    with first.execute(_ordered(table)) as ours, second.execute(_ordered(table)) as theirs:
        return any(one != other for one, other in zip_longest(ours, theirs))


def _digest(connection: Connection) -> str:
    total = hashlib.sha256()
    for name, table in INDEX_TABLES.items():
        for row in connection.execute(_ordered(table)):
            line = json.dumps([name, dict(row._mapping)], sort_keys=True, separators=(",", ":"))
            total.update(line.encode() + b"\n")
    return "0x" + total.hexdigest()
