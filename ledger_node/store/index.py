"""The Index port: applying steps, rewinding, and the figures over all rows."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from ledger_node.domain.position import BlockRef
from ledger_node.errors import IndexConflict
from ledger_node.ports import Checkpoint, Step
from ledger_node.store import reads
from ledger_node.store.schema import INDEX_TABLES
from ledger_node.store.schema.following import block, checkpoint


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
):
    """What is asked is in `reads`; here is what is written, and the figures over all rows."""

    def checkpoint(self) -> Checkpoint | None:
        with self._database.read() as connection:
            row = connection.execute(select(checkpoint)).first()
        return None if row is None else Checkpoint(row.number, row.hash, row.timestamp)

    def begin(self, genesis: Checkpoint) -> None:
        with self._database.write() as connection:
            if connection.execute(select(checkpoint)).first() is None:
                connection.execute(checkpoint.insert().values(_values(genesis)))

    def apply(self, step: Step) -> None:
        with self._database.write() as connection:
            _write(connection, step)

    def replace(self, steps: Iterable[Step]) -> str:
        """Forgets everything and applies the steps, all in one transaction, so that no reader sees a part of it."""
        with self._database.write() as connection:
            for table in (*INDEX_TABLES.values(), block):
                connection.execute(delete(table))
            for position, step in enumerate(steps):
                if position == 0:
                    connection.execute(update(checkpoint).values(_values(step.expected)))
                _write(connection, step)
            return _digest(connection)

    def rewind(self, to: Checkpoint) -> None:
        with self._database.write() as connection:
            for table in INDEX_TABLES.values():
                connection.execute(delete(table).where(table.c.block > to.number))
            connection.execute(delete(block).where(block.c.number > to.number))
            connection.execute(update(checkpoint).values(_values(to)))

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


def _write(connection: Connection, step: Step) -> None:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in step.rows:
        rows[row.table].append(row.values)
    moved = connection.execute(
        update(checkpoint)
        .where(checkpoint.c.number == step.expected.number, checkpoint.c.hash == step.expected.hash)
        .values(_values(step.reached))
    )
    if moved.rowcount != 1:
        raise IndexConflict("the checkpoint is not where this step began", needed="read it again")
    if step.blocks:
        connection.execute(
            block.insert(), [{"number": b.number, "hash": b.hash, "timestamp": b.timestamp} for b in step.blocks]
        )
    for name, values in rows.items():
        connection.execute(INDEX_TABLES[name].insert(), values)


def _digest(connection: Connection) -> str:
    total = hashlib.sha256()
    for name, table in INDEX_TABLES.items():
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            line = json.dumps([name, dict(row._mapping)], sort_keys=True, separators=(",", ":"))
            total.update(line.encode() + b"\n")
    return "0x" + total.hexdigest()
