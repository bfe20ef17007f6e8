"""The record digest: one for each data set, whatever file holds it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian

from ledger_node.edge.canonical import record_digest
from ledger_node.edge.inspection import read
from tests.unit.edge.conftest import NO_REGIONS, REGIONS, pydicom_files
from tests.unit.edge.synthetic import saved, ultrasound

PIXELS = np.arange(40, dtype=np.uint16).reshape(4, 10)


def digest_of(path: Path) -> bytes:
    dataset, reason = read(str(path))
    assert reason is None
    with config.disable_value_validation():
        return record_digest(dataset)


def test_record_digest_is_that_of_the_written_form(tmp_path: Path) -> None:
    """Explicit VR Little Endian without group lengths and undefined lengths is the canonical form itself."""
    path = saved(ultrasound(PIXELS, PatientName="Müller^Ann", SpecificCharacterSet="ISO_IR 192"), tmp_path / "a.dcm")
    content = path.read_bytes()
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    assert digest_of(path) == hashlib.sha256(content[start:]).digest()


@pytest.mark.parametrize("name", [*REGIONS, *NO_REGIONS])
def test_record_digest_survives_reading_and_writing(name: str, tmp_path: Path) -> None:
    source = pydicom_files() / name
    with config.disable_value_validation():
        again = tmp_path / "again.dcm"
        dataset = dcmread(source)
        dataset.preamble = b"another preamble".ljust(128)
        dataset.save_as(again)
        assert digest_of(again) == digest_of(source)


@pytest.mark.parametrize(
    "names",
    [
        ("MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_expb.dcm", "MR_small_implicit.dcm"),
        ("rtdose.dcm", "rtdose_expb.dcm"),
        ("SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm"),
    ],
)
def test_record_digest_is_one_for_all_uncompressed_transfer_syntaxes(names: tuple[str, ...]) -> None:
    assert len({digest_of(pydicom_files() / name) for name in names}) == 1


def test_record_digest_ignores_how_sequences_are_delimited(tmp_path: Path) -> None:
    plain = ultrasound(PIXELS)
    digest = digest_of(saved(plain, tmp_path / "a.dcm"))
    plain["SequenceOfUltrasoundRegions"].is_undefined_length = True
    plain.SequenceOfUltrasoundRegions[0].is_undefined_length_sequence_item = True
    assert digest_of(saved(plain, tmp_path / "b.dcm")) == digest
    assert digest_of(saved(plain, tmp_path / "c.dcm", ImplicitVRLittleEndian)) == digest
    assert len({(tmp_path / f"{n}.dcm").read_bytes() for n in "abc"}) == 3


def test_record_digest_sees_every_change(tmp_path: Path) -> None:
    def made(change: str) -> bytes:
        dataset = ultrasound(PIXELS + np.uint16(change == "pixel"), SOPInstanceUID="1.2.3", StudyInstanceUID="1.2.4")
        dataset.SeriesInstanceUID = "1.2.5"
        if change == "text":
            dataset.PatientName = "Doe^John"
        if change == "nested":
            dataset.SequenceOfUltrasoundRegions[0].RegionFlags = 1
        if change == "private":
            dataset.private_block(0x0019, "MAKER", create=True).add_new(1, "LO", "x")
        if change == "item":
            dataset.DeidentificationMethodCodeSequence = Sequence([Dataset()])
        return digest_of(saved(dataset, tmp_path / f"{change}.dcm"))

    changes = ("nothing", "pixel", "text", "nested", "private", "item")
    assert made("nothing") == made("nothing")
    assert len({made(change) for change in changes}) == len(changes)


def test_record_digest_leaves_group_lengths_and_padding_out(tmp_path: Path) -> None:
    path = saved(ultrasound(PIXELS), tmp_path / "a.dcm")
    padded = tmp_path / "b.dcm"
    padded.write_bytes(path.read_bytes() + b"\xfc\xff\xfc\xffOB\0\0\x04\0\0\0\1\2\3\4")
    assert digest_of(padded) == digest_of(path)
    assert dcmread(io.BytesIO(padded.read_bytes()))[0xFFFCFFFC].value == b"\1\2\3\4"
