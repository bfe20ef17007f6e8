"""Streams with their newest anchors, and how a stream grew."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ledger_node.domain.codes import DeviceClass
from ledger_node.domain.dataset import Anchor, Stream
from ledger_node.ports import Page
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, batches, first, paged, position
from ledger_node.store.schema import datasets as t


class StreamReads(Reads):
    def streams(self, page: Page) -> list[Stream]:
        with self._database.read() as c:
            return _streams(c, list(c.execute(paged(t.stream, page))), page.as_of)

    def find_stream(self, stream: str, as_of: int) -> Stream | None:
        with self._database.read() as c:
            row = first(c, t.stream, as_of, id=stream)
            return None if row is None else _streams(c, [row], as_of)[0]

    def anchors(self, page: Page) -> list[Anchor]:
        with self._database.read() as c:
            return [_anchor(row) for row in c.execute(paged(t.anchor, page))]


def _streams(c: Connection, rows: list[Record], as_of: int) -> list[Stream]:
    newest = _newest(c, [row.id for row in rows], as_of)
    return [
        Stream(
            id=row.id,
            custodian=row.custodian,
            device_class=DeviceClass(row.device_class),
            anchor_count=newest[row.id].total if row.id in newest else 0,
            newest_anchor=_anchor(newest[row.id]) if row.id in newest else None,
            at=position(row),
        )
        for row in rows
    ]


def _newest(c: Connection, ids: list[str], as_of: int) -> dict[str, Record]:
    """Each stream's newest anchor, with `total`, how many there are: a stream may have more than a node can load."""
    anchor = t.anchor
    found: dict[str, Record] = {}
    for some in batches(ids):
        grown = (
            select(anchor.c.stream, func.count().label("total"), func.max(anchor.c.block).label("block"))
            .where(anchor.c.stream.in_(some), anchor.c.block <= as_of)
            .group_by(anchor.c.stream)
            .subquery()
        )
        last = (anchor.c.stream == grown.c.stream) & (anchor.c.block == grown.c.block)
        # A block may hold several anchors of one stream; the last of them stays.
        query = select(anchor, grown.c.total).join(grown, last).order_by(anchor.c.log_index)
        found |= {row.stream: row for row in c.execute(query)}
    return found


def _anchor(row: Record) -> Anchor:
    return Anchor(row.size, row.root, row.anchored_at, position(row))
