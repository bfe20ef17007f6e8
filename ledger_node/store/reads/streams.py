"""Streams with their anchors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from ledger_node.domain.codes import DeviceClass
from ledger_node.domain.dataset import Anchor, Stream
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, first, grouped, paged, position
from ledger_node.store.schema import datasets as t


class StreamReads(Reads):
    def streams(self, page: Page) -> list[Stream]:
        with self._database.read() as c:
            return _streams(c, list(c.execute(paged(t.stream, page))), page.as_of)

    def find_stream(self, stream: str, as_of: int) -> Stream | None:
        with self._database.read() as c:
            row = first(c, t.stream, as_of, id=stream)
            return None if row is None else _streams(c, [row], as_of)[0]


def _streams(c: Connection, rows: list[Row[Any]], as_of: int) -> list[Stream]:
    anchors = grouped(c, t.anchor, "stream", [row.id for row in rows], as_of)
    return [
        Stream(
            id=row.id,
            custodian=row.custodian,
            device_class=DeviceClass(row.device_class),
            anchors=tuple(Anchor(a.size, a.root, a.anchored_at, position(a)) for a in anchors[row.id]),
            at=position(row),
        )
        for row in rows
    ]
