"""Events make rows; every event of every packaged ABI has its projection."""

from __future__ import annotations

import pytest

from ledger_node.chain.abi import event_names
from ledger_node.domain.position import Event, Position
from ledger_node.errors import UnknownEvent
from ledger_node.indexer.projection import PROJECTIONS, rows_of
from ledger_node.store.schema import INDEX_TABLES

ID = "0x" + "ab" * 32


def event(name: str, **args: object) -> Event:
    return Event(Position(7, 3), ID, ID, "consents", name, args)


def test_every_event_of_every_contract_has_a_projection() -> None:
    assert set(PROJECTIONS) == set(event_names())


def test_unknown_event_is_an_error() -> None:
    with pytest.raises(UnknownEvent):
        rows_of(event("SomethingElse"))


def test_suspension_without_end_is_the_grantors() -> None:
    rows = rows_of(event("ConsentSuspended", consent=ID, actor=1, reason=2, at=100, until=0))
    assert rows[1].values["act"] == 0
    rows = rows_of(event("ConsentSuspended", consent=ID, actor=1, reason=6, at=100, until=200))
    assert rows[1].values["act"] == 2


def test_rows_carry_the_events_position_and_fit_their_tables() -> None:
    rows = rows_of(event("DatasetRegistered", dataset=ID, custodian=1, cardDigest=ID))
    assert [row.table for row in rows] == ["event", "dataset"]
    for row in rows:
        assert (row.values["block"], row.values["log_index"]) == (7, 3)
        assert set(row.values) == set(INDEX_TABLES[row.table].columns.keys())
