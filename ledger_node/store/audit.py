"""The Audit port: what a check reads of the store, and the one thing that it corrects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, select, update

from ledger_node.domain.submission import Receipt, SubmissionState
from ledger_node.domain.word import NOTHING
from ledger_node.ports import Audited, Difference
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.schema import INDEX_TABLES
from ledger_node.store.schema.local import submission

#: Columns that hold the sha-256 of a document, or of something else that nobody would miss in a list of references.
DIGESTS = [
    (table, column) for table in INDEX_TABLES.values() for column in table.columns if column.name.endswith("_digest")
]


class SqlAudit:
    def __init__(self, database: Database, index: SqlIndex) -> None:
        self._database = database
        self._index = index

    def compare(self, at: int, follow: Callable[[SqlIndex], object]) -> tuple[int, list[Difference]]:
        total, differences = 0, []
        with self._index.beside() as beside:
            follow(beside)
            with self._database.read() as ours, beside._database.read() as chain:
                for name, table in INDEX_TABLES.items():
                    (here, digest), (there, rebuilt) = _summary(ours, table, at), _summary(chain, table, at)
                    total += here
                    if digest != rebuilt:
                        differences.append(Difference(name, here, there))
        return total, differences

    def digests(self, at: int) -> set[str]:
        found: set[str] = set()
        with self._database.read() as connection:
            for table, column in DIGESTS:
                found.update(connection.scalars(select(column).where(table.c.block <= at).distinct()))
        return found - {NOTHING}

    def submissions(self) -> list[Audited]:
        c = submission.c
        wanted = select(c.id, c.signer, c.nonce, c.hash, c.state, c.block, c.block_hash, c.status)
        with self._database.read() as connection:
            return [Audited(*row) for row in connection.execute(wanted.order_by(c.signer, c.nonce))]

    def settle(self, told: Audited, receipt: Receipt, outcome: dict[str, Any]) -> bool:
        c = submission.c
        state = SubmissionState.MINED if receipt.status == 1 else SubmissionState.FAILED
        with self._database.write() as connection:
            moved = connection.execute(
                update(submission)
                .where(c.id == told.id, c.state == told.state, c.block_hash.is_not_distinct_from(told.block_hash))
                .values(
                    state=state.value,
                    settled=False,
                    block=receipt.block,
                    block_hash=receipt.block_hash,
                    status=receipt.status,
                    outcome=outcome,
                )
            )
            return moved.rowcount == 1


def _summary(connection: Connection, table: Table, at: int) -> tuple[int, str]:
    """How many rows there are up to a block, and the sha-256 over them in the order of their keys."""
    rows, total = 0, hashlib.sha256()
    wanted = select(table).where(table.c.block <= at).order_by(*table.primary_key.columns)
    for row in connection.execute(wanted):
        rows += 1
        total.update(json.dumps(dict(row._mapping), sort_keys=True).encode() + b"\n")
    return rows, total.hexdigest()
