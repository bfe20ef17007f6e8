"""Tables: what is read, what is refused, and that no refusal quotes a cell."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger_node.edge.tables import looks_identifying, read_table, record_digest
from ledger_node.errors import InvalidTable

SECRET = "JaneDoe1970"


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_read_table_digests_each_row(tmp_path: Path) -> None:
    read = read_table(table(tmp_path, "radius,label,texture\n1.5,benign,-2\n,malignant,3e2\n"))
    assert (read.columns, read.label) == (("radius", "texture"), "label")
    first = b'{"label":"benign","radius":1.5,"texture":-2}'
    second = b'{"label":"malignant","radius":null,"texture":300}'
    assert read.digests == tuple(hashlib.sha256(row).digest() for row in (first, second))


def test_read_table_has_one_digest_for_all_spellings(tmp_path: Path) -> None:
    plain = read_table(table(tmp_path, "a,b,label\n1,2.50,0\n"))
    spelled = read_table(table(tmp_path, '\ufeff"label",b , a\r\n 0.0,"+25e-1",1.\r\n\r\n'))
    assert plain.digests == spelled.digests


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1))
def test_read_table_reads_back_any_number(tmp_path: Path, rows: list[list[float]]) -> None:
    text = "a,b,label\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows)
    read = read_table(table(tmp_path, text))
    assert read.digests == tuple(record_digest(("a", "b"), "label", (row[0], row[1], row[2])) for row in rows)
    first = rfc8785.dumps(dict(zip(("a", "b", "label"), rows[0], strict=True)))
    assert read.digests[0] == hashlib.sha256(first).digest()


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
        read_table(path)
    assert refused.value.got == "column 2"


def test_read_table_takes_a_column_that_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, "serial scans,label\n1,0\n")
    with pytest.raises(InvalidTable):
        read_table(path)
    assert read_table(path, allow=frozenset({"serial scans"})).columns == ("serial scans",)


@pytest.mark.parametrize(
    "column", ["mean radius", "worst concave points", "age", "width", "validity", "grade", "candidate"]
)
def test_features_are_no_identifiers(column: str) -> None:
    assert not looks_identifying(column)


@pytest.mark.parametrize(
    ("text", "got"),
    [
        (f"a,label\n{SECRET},0\n", "row 1, column 1"),
        (f"a,label\n1,0\n2,{SECRET}@\n", "row 2, column 2"),
        (f"a,label\n1,0\n{SECRET},{SECRET},1\n", "row 2: 3 cells"),
        ("a,label\nnan,0\n", "row 1, column 1"),
        ("a,label\n-inf,0\n", "row 1, column 1"),
        ("a,label\n1e999,0\n", "row 1, column 1"),
        ("a,label\n1_0,0\n", "row 1, column 1"),
        ("a,label\n0x10,0\n", "row 1, column 1"),
        ("a,label\n١,0\n", "row 1, column 1"),
        ("a,label\n1,\n", "row 1, column 2"),
        (f"{SECRET} (1970),{SECRET}\n1,2\n", "2 columns"),
        (f"1970-01-01,{SECRET},label\n1,2,3\n", "column 1"),
        ("a,a,label\n1,2,0\n", "3 columns"),
        ("a,b\n1,2\n", "2 columns"),
        ("", "0 rows"),
        (f'a,label\n"{SECRET},0\n', "Error after row 0"),
        (f"a,label\n{SECRET}\xff,0\n".encode("latin-1"), "UnicodeDecodeError after row 0"),
        (
            "a,label\n" + "".join(f"1,word{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}\n" for n in range(60)),
            "60 words",
        ),
        (",".join(f"c{'x' * n}" for n in range(1, 10)) + "," + "y" * 65 + ",label\n", "column 10"),
        (",".join(["a"] * 2_001) + "\n", "2001"),
    ],
)
def test_read_table_refuses_without_quoting(tmp_path: Path, text: str | bytes, got: str) -> None:
    with pytest.raises(InvalidTable) as refused:
        read_table(table(tmp_path, text))
    assert refused.value.got == got
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(refused.value.facts)


def test_read_table_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InvalidTable):
            read_table(path)


def test_read_table_reports_progress(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    path = table(tmp_path, "a,label\n" + "1,0\n" * 2_001)
    read_table(path, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1_000, 0), (2_000, 0), (2_001, 2_001)]
