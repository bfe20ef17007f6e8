"""What is taken as stored is what the long way would have made of it, byte for byte."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import config
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset

from ledger_node.edge import canonical, inspection, stored
from ledger_node.edge.canonical import record_digest
from ledger_node.edge.inspection import read
from tests.unit.edge.conftest import pydicom_files
from tests.unit.edge.fuzz.corpus import files

TAGS = (0x00100020, 0x00180022, 0x00280301, 0x00281101, 0x00091010, 0x7FE00010)
VRS = ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OL", "OV", "OW", "PN", "SH")
VRS += ("SL", "SS", "ST", "TM", "UI", "UL", "US")
LONG = ("OB", "OD", "OL", "OV", "OW", "SQ")
LIKELY = b"AB1.0-\\ \0"
VALUES = st.one_of(st.binary(max_size=24), st.lists(st.sampled_from(LIKELY), max_size=10).map(bytes))


def element(tag: int, vr: str, value: bytes) -> bytes:
    form = "<HH2sxxI" if vr in LONG else "<HH2sH"
    return struct.pack(form, tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value


def item(content: bytes) -> bytes:
    return struct.pack("<II", 0xE000FFFE, len(content)) + content


def parsed(content: bytes) -> Any:
    file = DicomBytesIO(content)
    return read_dataset(file, is_implicit_VR=False, is_little_endian=True)


def the_long_way(content: bytes) -> bytes:
    """The canonical form by parsing and writing alone."""
    with pytest.MonkeyPatch.context() as patch, config.disable_value_validation():
        patch.setattr(canonical, "as_stored", lambda raw, charset: None)
        dataset = parsed(content)
        dataset.set_original_encoding(False, True)
        return b"".join(canonical._parts(dataset, None, False))


@given(st.sampled_from(TAGS), st.sampled_from(VRS), VALUES)
def test_as_stored_is_what_the_long_way_makes(tag: int, vr: str, value: bytes) -> None:
    content = element(tag, vr, value)
    found = stored.as_stored(parsed(content).get_item(tag, keep_deferred=True), "iso8859")
    assert found is None or b"".join(found) == the_long_way(content)


@given(st.lists(st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(VRS), VALUES), max_size=3), max_size=3))
def test_items_as_stored_are_what_the_long_way_makes(items: list[list[tuple[int, str, bytes]]]) -> None:
    content = element(0x00081140, "SQ", b"".join(item(b"".join(element(*one) for one in each)) for each in items))
    found = stored.as_stored(parsed(content).get_item(0x00081140, keep_deferred=True), "iso8859")
    assert found is None or b"".join(found) == the_long_way(content)


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("CS", b"DERIVED\\PRIMARY "),
        ("LO", b"then a closed list: \\ "),
        ("UI", b"2.25.1\0\0"),
        ("SH", b"M\xfcller"),
        ("DS", b"+1.0"),
        ("FL", struct.pack("<f", 1.5)),
        ("US", b"\1\0\2"),
        ("UN", b"\1\0"),
    ],
)
def test_what_may_change_on_the_way_is_not_taken(vr: str, value: bytes) -> None:
    content = element(0x00091010, vr, value) if vr != "UN" else struct.pack("<HH2sxxI", 9, 0x1010, b"UN", 2) + value
    taken = stored.as_stored(parsed(content).get_item(0x00091010, keep_deferred=True), "iso8859")
    assert (taken is not None) == (value == b"DERIVED\\PRIMARY ")


@pytest.mark.parametrize("vr", ["SL", "FD", "US"])
def test_descriptors_of_lookup_tables_are_taken_as_unsigned_words_only(vr: str) -> None:
    content = element(0x00281101, vr, struct.pack("<2d", -1.5, 0))
    for whole, tag in ((content, 0x00281101), (element(0x00081140, "SQ", item(content)), 0x00081140)):
        taken = stored.as_stored(parsed(whole).get_item(tag), "iso8859")
        assert (taken is not None) == (vr == "US")


def test_items_out_of_order_are_not_taken() -> None:
    first, second = element(0x00080100, "SH", b"1131"), element(0x00080102, "SH", b"DCM ")
    for content, taken in ((first + second, True), (second + first, False), (first + first, False)):
        raw = parsed(element(0x00120064, "SQ", item(content))).get_item(0x00120064)
        assert (stored.as_stored(raw, "iso8859") is not None) == taken


def test_record_digests_of_real_files_are_those_of_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = sorted(path for path in pydicom_files().glob("*.dcm") if path.stat().st_size < 1 << 20)
    quick = {path: digest_of(path) for path in paths}
    monkeypatch.setattr(canonical, "as_stored", lambda raw, charset: None)
    assert {path: digest_of(path) for path in paths} == quick
    assert sum(digest is not None for digest in quick.values()) > 50


@pytest.mark.slow
def test_broken_files_come_out_as_by_the_long_way(tmp_path: Path) -> None:
    came = 0
    for number, (_, content) in enumerate(files(9162, 200, tmp_path)):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            quick = outcome_of(path)
            patch.setattr(canonical, "as_stored", lambda raw, charset: None)
            patch.setattr(inspection, "as_stored", lambda raw, charset: None)
            assert outcome_of(path) == quick
        came += isinstance(quick, dict) and "digest" in quick
    assert came > 60


def outcome_of(path: Path) -> dict[str, Any] | str:
    try:
        return inspection.inspect(str(path))
    except Exception as failure:
        return type(failure).__name__


def digest_of(path: Path) -> bytes | None:
    try:
        dataset, _ = read(str(path))
        return None if dataset is None else record_digest(dataset)
    except Exception:
        return None
