"""The canonical form of a row: vectors, and an independent reference for any value of any type."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.edge.tables import cells
from ledger_node.edge.tables.cells import Column
from ledger_node.edge.tables.policy import Role
from ledger_node.edge.tables.rows import record_digests
from ledger_node.errors import InvalidTable
from tests.unit.edge.tables import reference
from tests.unit.edge.tables.reference import Value

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "rows.json").read_text())
KINDS = {
    "integer": pa.int64(), "double": pa.float64(), "decimal": pa.decimal128(38, 4), "boolean": pa.bool_(),
    "text": pa.string(), "date": pa.date32(), "instant": pa.timestamp("us", "Europe/Vienna"),
    "local": pa.timestamp("us"),
}  # fmt: skip


def made(row: dict[str, Any]) -> bytes:
    """The digest of a one-row table of these Arrow arrays."""
    columns = [cells.typed(values, Column(1, Role.CATEGORY, allowed=True), 0) for values in row.values()]
    return record_digests(list(row), columns)


def array(value: Any) -> Any:
    if value is None:
        return pa.nulls(1)
    ((kind, text),) = value.items()
    if kind == "integer" and int(text) >= 1 << 63:
        return pa.array([int(text)], pa.uint64())
    if kind == "decimal" and len(text) > 20:
        return pa.array([Decimal(text)], pa.decimal128(38, 0))
    return pa.array([reference.read(value)], KINDS[kind])


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["title"] for vector in VECTORS])
def test_record_digest_is_the_vectors(vector: dict[str, Any]) -> None:
    row = {name: reference.read(value) for name, value in vector["row"].items()}
    assert "0x" + reference.form(row).hex() == vector["form"]
    assert hashlib.sha256(bytes.fromhex(vector["form"][2:])).hexdigest() == vector["digest"][2:]
    assert "0x" + made({name: array(value) for name, value in vector["row"].items()}).hex() == vector["digest"]


columns = st.one_of(
    st.tuples(st.just(pa.int64()), st.integers(-(1 << 63), (1 << 63) - 1)),
    st.tuples(st.just(pa.uint64()), st.integers(0, (1 << 64) - 1)),
    st.tuples(st.just(pa.float64()), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just(pa.float32()), st.floats(allow_nan=False, allow_infinity=False, width=32)),
    st.tuples(st.just(pa.decimal128(38, 6)), st.decimals(-(10**30), 10**30, places=6)),
    st.tuples(st.just(pa.bool_()), st.booleans()),
    st.tuples(st.just(pa.large_string()), st.text(max_size=20)),
    st.tuples(st.just(pa.date64()), st.dates()),
    st.tuples(st.just(pa.timestamp("us", "UTC")), st.datetimes(timezones=st.just(UTC))),
    st.tuples(st.just(pa.timestamp("us")), st.datetimes()),
    st.tuples(st.just(pa.dictionary(pa.int8(), pa.string())), st.text(max_size=5)),
    st.tuples(st.just(pa.int16()), st.none()),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text("abcXYZ é", min_size=1, max_size=5), columns, min_size=1, max_size=6))
def test_record_digest_is_the_references(row: dict[str, tuple[Any, Value]]) -> None:
    arrays = {name: pa.array([value], kind) for name, (kind, value) in row.items()}
    assert made(arrays) == reference.digest({name: value for name, (_, value) in row.items()})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_has_no_form(value: float) -> None:
    with pytest.raises(InvalidTable) as refused:
        cells.typed(pa.array([1.0, value]), Column(7, Role.FEATURE), 40)
    assert refused.value.got == "row 42, column 7"
    assert refused.value.facts == {"reason": "NOT_FINITE", "row": 42, "column": 7}


def test_a_number_counts_by_its_value() -> None:
    kinds = (pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.decimal128(5, 2))
    values = (1, 1, 1.0, 1.0, Decimal("1.00"))
    digests = {made({"a": pa.array([value], kind)}) for kind, value in zip(kinds, values, strict=True)}
    assert len(digests) == 1
    assert made({"a": pa.array([date(1970, 1, 2)])}) not in digests
    assert made({"a": pa.array([True])}) not in digests
    assert made({"a": pa.array([datetime(1970, 1, 1, 0, 0, 1)])}) not in digests
