"""Tables: what is read, what is refused, and that no refusal quotes a cell."""

from __future__ import annotations

import resource
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger_node.edge.tables.child import Reading
from ledger_node.edge.tables.faults import Fault
from ledger_node.edge.tables.policy import Policy, looks_identifying
from ledger_node.edge.tables.reading import Table, read_table
from ledger_node.edge.tables.sources import BLOCK
from ledger_node.edge.worker import Limits
from ledger_node.errors import InvalidTable
from tests.unit.edge.tables.reference import Value, digest

SECRET = "JaneDoe1970"
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(1 << 70), 1 << 70)


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def parquet(folder: Path, **columns: Any) -> Path:
    from pyarrow.parquet import write_table

    path = folder / "table.parquet"
    write_table(pa.table(columns), path)
    return path


def read_here(path: Path, policy: Policy | None = None) -> None:
    """What the child process does, without one."""
    reading = Reading(str(path), policy or Policy())
    while reading.next()["digests"]:
        pass


def rows_of(read: Table) -> list[bytes]:
    return [row.tobytes() for row in read.digests]


def test_read_table_digests_each_row(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "radius,label,texture\n1.5,benign,-2\n,malignant,3e2\n"))
    assert (read.columns, read.label) == (("radius", "texture"), "label")
    first: dict[str, Value] = {"label": "benign", "radius": 1.5, "texture": -2}
    second: dict[str, Value] = {"label": "malignant", "radius": None, "texture": 300}
    assert rows_of(read) == [digest(first), digest(second)]


def test_read_table_has_one_digest_for_all_spellings(tmp_path: Path) -> None:
    plain = read_table(table(tmp_path, "a,b,label\n1,2.50,0\n"))
    spelled = read_table(table(tmp_path, '\ufeff"label",b , a\r\n 0.0,"+25e-1",1.\r\n\r\n'))
    assert rows_of(plain) == rows_of(spelled)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1))
def test_read_table_reads_back_any_number(tmp_path: Path, rows: list[list[float | int]]) -> None:
    text = "a,b,label\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows)
    read = read_table(table(tmp_path, text))
    assert rows_of(read) == [digest(dict(zip(("a", "b", "label"), row, strict=True))) for row in rows]


@pytest.mark.parametrize(
    "column",
    [
        "name", "Name", "patient_id", "PatientID", "patientId", "MRN", "mrn_hash", "birth", "BirthDate", "DOB", "dob",
        "date_of_birth", "ssn", "zip code", "e-mail", "Email", "first name", "LastName", "admission date", "ID",
    ],
)  # fmt: skip
def test_read_table_refuses_direct_identifiers(tmp_path: Path, column: str) -> None:
    assert looks_identifying(column)
    path = table(tmp_path, f"a,{column},label\n1,2,0\n")
    with pytest.raises(InvalidTable) as refused:
        read_here(path)
    assert refused.value.got == "column 2"


def test_read_table_takes_a_column_that_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, "serial scans,label\n1,0\n")
    with pytest.raises(InvalidTable):
        read_table(path)
    assert read_table(path, Policy(allow=frozenset({"serial scans"}))).columns == ("serial scans",)


@pytest.mark.parametrize(
    "column", ["mean radius", "worst concave points", "age", "width", "validity", "grade", "candidate"]
)
def test_features_are_no_identifiers(column: str) -> None:
    assert not looks_identifying(column)


@pytest.mark.parametrize(
    ("text", "reason", "got"),
    [
        (f"a,label\n{SECRET},0\n", "NOT_A_NUMBER", "row 1, column 1"),
        (f"a,label\n1,0\n2,{SECRET}@\n", "IMPROPER_WORD", "row 2, column 2"),
        (f"a,label\n1,0\n\n{SECRET},{SECRET},1\n", "RAGGED_ROW", "row 2: 3 cells"),
        ("a,label\nnan,0\n", "NOT_A_NUMBER", "row 1, column 1"),
        ("a,label\n-inf,0\n", "NOT_A_NUMBER", "row 1, column 1"),
        ("a,label\n1e999,0\n", "NOT_FINITE", "row 1, column 1"),
        ("a,label\n1_0,0\n", "NOT_A_NUMBER", "row 1, column 1"),
        ("a,label\n0x10,0\n", "NOT_A_NUMBER", "row 1, column 1"),
        ("a,label\n١,0\n", "NOT_A_NUMBER", "row 1, column 1"),
        ("a,label\n1,\n", "NO_LABEL", "row 1, column 2"),
        (f"{SECRET} (1970),{SECRET}\n1,2\n", "COLUMN_MISSING", "2 columns"),
        (f"1970-01-01,{SECRET},label\n1,2,3\n", "IMPROPER_NAME", "column 1"),
        ("a,,label\n1,2,3\n", "IMPROPER_NAME", "column 2"),
        ("a,a,label\n1,2,0\n", "DUPLICATE_NAME", "column 2"),
        ("a,b\n1,2\n", "COLUMN_MISSING", "2 columns"),
        ("", "EMPTY", "0 rows"),
        ("\n\r\n", "EMPTY", "0 rows"),
        (f'a,label\n"{SECRET},0\n', "RAGGED_ROW", "row 1: 1 cells"),
        (f'a,"{SECRET}\n1,0\n', "MALFORMED", ""),
        (f"a,label\n1,0\n{SECRET}\xff,0\n".encode("latin-1"), "INVALID_UTF8", "row 2, column 1"),
        (f"a,{SECRET}\xff\n1,0\n".encode("latin-1"), "INVALID_UTF8", ""),
        (
            "a,label\n" + "".join(f"1,word{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}\n" for n in range(60)),
            "TOO_MANY_WORDS",
            "column 2: more than 50 words",
        ),
        (",".join(f"c{'x' * n}" for n in range(1, 10)) + "," + "y" * 65 + ",label\n", "IMPROPER_NAME", "column 10"),
        (",".join(["a"] * 2_001) + "\n", "TOO_MANY_COLUMNS", "2001"),
        (",".join(f"c{n}" for n in range(1_000_000)) + "\n", "TOO_MANY_COLUMNS", "more than 39036"),
        ("x" * 300_000 + "\n", "HEADER_TOO_LONG", ""),
        (f"a,label\n1,0\n{SECRET * (BLOCK // 4)},0\n", "FIELD_TOO_LONG", "after row 1"),
    ],
)
def test_read_table_refuses_without_quoting(tmp_path: Path, text: str | bytes, reason: str, got: str) -> None:
    with pytest.raises(InvalidTable) as refused:
        read_here(table(tmp_path, text))
    assert (refused.value.facts["reason"], refused.value.got) == (reason, got)
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(refused.value.facts)


def test_a_refusal_is_the_same_through_the_child(tmp_path: Path) -> None:
    path = table(tmp_path, f"a,label\n1,0\n{SECRET},0\n")
    with pytest.raises(InvalidTable) as here:
        read_here(path)
    with pytest.raises(InvalidTable) as there:
        read_table(path)
    assert (str(here.value), here.value.facts) == (str(there.value), there.value.facts)


def test_read_table_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InvalidTable):
            read_table(path)


def test_read_table_reports_progress(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    path = parquet(tmp_path, a=[1] * 10_000, label=[0] * 10_000)
    read_table(path, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(8_192, 10_000), (10_000, 10_000)]


def test_read_table_gives_csv_tsv_and_parquet_one_digest(tmp_path: Path) -> None:
    content = "grade,radius,label\nG2, 1.50 ,benign\nG3,,malignant\n"
    commas = read_table(table(tmp_path, content), Policy(categories=frozenset({"grade"})))
    (tmp_path / "table.tsv").write_text(content.replace(",", "\t"))
    tabs = read_table(tmp_path / "table.tsv", Policy(categories=frozenset({"grade"})))
    path = parquet(tmp_path, label=["benign", "malignant"], radius=[Decimal("1.5"), None], grade=["G2", "G3"])
    typed = read_table(path, Policy(categories=frozenset({"grade"})))
    assert rows_of(commas) == rows_of(tabs)
    assert rows_of(commas)[1] == rows_of(typed)[1] == digest({"grade": "G3", "radius": None, "label": "malignant"})
    assert typed.columns == ("radius", "grade")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([[1], [2]], "UNSUPPORTED_TYPE"),
        ([{"b": 1}, None], "UNSUPPORTED_TYPE"),
        ([b"x", None], "UNSUPPORTED_TYPE"),
        (pa.array([1, 2], pa.duration("s")), "UNSUPPORTED_TYPE"),
        (pa.array([1, 2], pa.time32("s")), "UNSUPPORTED_TYPE"),
        ([SECRET, SECRET], "UNDECLARED_TEXT"),
        (pa.array([1, 2], pa.date32()), "UNDECLARED_DATE"),
        (pa.array([1, 2], pa.timestamp("us", "UTC")), "UNDECLARED_DATE"),
        ([1.0, float("nan")], "NOT_FINITE"),
    ],
)
def test_read_table_refuses_types_of_parquet(tmp_path: Path, values: Any, reason: str) -> None:
    with pytest.raises(InvalidTable) as refused:
        read_here(parquet(tmp_path, label=[0, 1], a=values))
    assert refused.value.facts["reason"] == reason
    assert refused.value.facts["column"] == 2
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("keep", [0, 3, 100, -1, -9])
def test_read_table_refuses_parquet_that_breaks_off(tmp_path: Path, keep: int) -> None:
    path = parquet(tmp_path, a=list(range(1_000)), label=[0] * 1_000)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InvalidTable) as refused:
        read_here(path)
    assert refused.value.facts["reason"] == Fault.MALFORMED


def test_read_table_refuses_text_that_is_none(tmp_path: Path) -> None:
    words = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")])
    with pytest.raises(InvalidTable) as refused:
        read_here(parquet(tmp_path, a=words, label=[0]), Policy(categories=frozenset({"a"})))
    assert refused.value.facts == {"reason": "INVALID_UTF8", "row": 1, "column": 1}


@pytest.mark.slow
@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_AS)[0] != -1, reason="the machine limits memory itself")
def test_a_table_that_breaks_its_reader_breaks_nothing_else(tmp_path: Path) -> None:
    from pyarrow.parquet import write_table

    path = tmp_path / "table.parquet"
    huge = pa.array(["x" * (1 << 20)] * 1_000, pa.large_string())
    write_table(pa.table({"a": huge, "label": [0] * 1_000}), path, compression="zstd")
    assert path.stat().st_size < 1 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidTable) as refused:
        read_table(path, Policy(categories=frozenset({"a"})), limits=Limits(memory=1 << 30))
    assert refused.value.facts["reason"] in ("BROKE_ITS_READER", "MALFORMED", "LOOKS_IDENTIFYING")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


@pytest.mark.parametrize(
    "word",
    [
        "jane@example.org", "https://example.org", "www.example.org", "12345678", "1970-01-31", "31.01.1970",
        "1/31/70", "+43 1 58801 0", "078-05-1120", "192.168.0.17", "Doe, Jane", "Doe^Jane",
        "123e4567-e89b-12d3-a456-426614174000", "1.2.840.10008.5.1", "GB29NWBK60161331926819", "x" * 65, "a\tb",
    ],
)  # fmt: skip
def test_read_table_refuses_words_that_look_like_a_person(tmp_path: Path, word: str) -> None:
    path = parquet(tmp_path, grade=["G1", word], label=[0, 1])
    with pytest.raises(InvalidTable) as refused:
        read_here(path, Policy(categories=frozenset({"grade"})))
    assert refused.value.facts == {"reason": "LOOKS_IDENTIFYING", "row": 2, "column": 1}
    assert word not in str(refused.value)
    read_here(path, Policy(categories=frozenset({"grade"}), allow=frozenset({"grade"})))


def test_read_table_refuses_numbers_of_records(tmp_path: Path) -> None:
    path = parquet(tmp_path, a=[500_000 + 7 * n for n in range(1_500)], label=[0] * 1_500)
    with pytest.raises(InvalidTable) as refused:
        read_here(path)
    assert refused.value.facts == {"reason": "LOOKS_IDENTIFYING", "column": 1}
    assert len(read_table(path, Policy(allow=frozenset({"a"}))).digests) == 1_500


def test_read_table_keeps_pseudonyms_apart(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,a,label\n p1 ,1,0\np1,2,0\n")
    read = read_table(path, Policy(pseudonym="patient"))
    assert (read.columns, read.pseudonyms) == (("a",), ("p1", "p1"))
    assert rows_of(read)[0] == digest({"a": 1, "label": 0})
    with pytest.raises(InvalidTable) as refused:
        read_table(table(tmp_path, "patient,a,label\nJane Doe,1,0\n"), Policy(pseudonym="patient"))
    assert refused.value.facts == {"reason": "NO_PSEUDONYM", "row": 1, "column": 1}


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (Policy(categories=frozenset({"b"})), "COLUMN_MISSING"),
        (Policy(quasi_identifiers=frozenset({"b"})), "COLUMN_MISSING"),
        (Policy(pseudonym="b"), "COLUMN_MISSING"),
        (Policy(pseudonym="label"), "COLUMN_TWICE"),
    ],
)
def test_read_table_refuses_a_policy_for_another_table(tmp_path: Path, policy: Policy, reason: str) -> None:
    with pytest.raises(InvalidTable) as refused:
        read_here(table(tmp_path, "a,label\n1,0\n"), policy)
    assert refused.value.facts["reason"] == reason


def test_read_table_counts_groups_and_small_cells(tmp_path: Path) -> None:
    sexes, ages = ["F"] * 20 + ["M"] * 5 + ["X"], [40] * 12 + [50] * 8 + [40] * 5 + [90]
    path = parquet(tmp_path, sex=sexes, age=ages, label=[0] * 26)
    both = frozenset({"sex", "age"})
    figures = read_table(path, Policy(categories=frozenset({"sex"}), quasi_identifiers=both)).figures
    assert figures["groups"] == {
        "k": 1, "groups": 4, "groupsBelow10": 3, "rowsInGroupsBelow10": 14, "rowsAlone": 1,
    }  # fmt: skip
    assert figures["words"] == {"sex": {"words": 3, "wordsBelow10": 2, "rowsOfWordsBelow10": 6}}
    assert read_table(path, Policy(categories=frozenset({"sex"}))).figures["groups"] is None
