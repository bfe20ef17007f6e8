"""Blanking: what regions keep, and that nothing else is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from ledger_node.edge import image
from ledger_node.edge.cleaning import clean
from ledger_node.edge.pixels import Box, mask_of, regions_of
from ledger_node.edge.quarantine import Quarantine
from tests.unit.edge.conftest import SALT, pydicom_files
from tests.unit.edge.synthetic import region, saved, ultrasound

GREY = np.arange(1, 25, dtype=np.uint8).reshape(4, 6)
DEEP = (GREY.astype(np.uint16) * 1_000) | 0x8000
COLOUR = np.arange(1, 73, dtype=np.uint8).reshape(4, 6, 3)
NOBODY = ("", "")
INSIDE = (slice(1, 3), slice(1, 4))  # of the region (1, 1, 3, 2)


def cleaned(path: Path, out: Path, refuse_clipped: bool = False) -> tuple[dict[str, Any], Dataset | None]:
    out.mkdir(exist_ok=True)
    answer = clean(str(path), str(out), SALT.hex(), refuse_clipped, NOBODY, "")
    copies = [file for file in out.iterdir() if file.suffix == ".dcm"]
    assert len(copies) == len(list(out.iterdir())) == (0 if answer["reasons"] else 1)
    return answer, dcmread(copies[0]) if copies else None


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    ("pixels", "photometric", "planar", "blank"),
    [
        (GREY, "MONOCHROME2", 0, 0),
        (GREY, "MONOCHROME1", 0, 255),
        (DEEP, "MONOCHROME1", 0, 65_535),
        (DEEP, "MONOCHROME2", 0, 0),
        (COLOUR, "RGB", 0, 0),
        (COLOUR, "RGB", 1, 0),
    ],
)
def test_clean_keeps_the_region_and_blanks_the_rest(
    tmp_path: Path, pixels: Any, photometric: str, planar: int, blank: int, syntax: str
) -> None:
    stored = pixels.byteswap() if syntax == ExplicitVRBigEndian and pixels.itemsize == 2 else pixels
    path = saved(ultrasound(stored, photometric=photometric, planar=planar), tmp_path / "a.dcm", syntax)
    answer, copy = cleaned(path, tmp_path / "out")
    assert copy is not None
    assert (answer["declared"], answer["clipped"], answer["outside"]) == (1, 0, 0)
    got = copy.pixel_array.copy()
    assert np.array_equal(got[INSIDE], pixels[INSIDE])
    got[INSIDE] = blank
    assert (got == blank).all()
    assert copy.get("PlanarConfiguration", 0) == 0
    assert copy.PhotometricInterpretation == photometric


def test_clean_reads_rle(tmp_path: Path) -> None:
    dataset = ultrasound(COLOUR, photometric="RGB")
    dataset.file_meta = saved_meta(dataset, tmp_path)
    dataset.compress(RLELossless)
    dataset.save_as(tmp_path / "rle.dcm", enforce_file_format=True)
    _, copy = cleaned(tmp_path / "rle.dcm", tmp_path / "out")
    assert copy is not None
    assert np.array_equal(copy.pixel_array[INSIDE], COLOUR[INSIDE])


def saved_meta(dataset: Dataset, folder: Path) -> Any:
    return dcmread(saved(dataset, folder / "plain.dcm")).file_meta


def test_clean_turns_ybr_to_rgb(tmp_path: Path) -> None:
    _, copy = cleaned(saved(ultrasound(COLOUR, photometric="YBR_FULL"), tmp_path / "a.dcm"), tmp_path / "out")
    assert copy is not None
    assert copy.PhotometricInterpretation == "RGB"
    assert (copy.pixel_array[0] == 0).all()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_clean_blanks_a_palette_with_its_darkest_colour(tmp_path: Path, syntax: str) -> None:
    colours: dict[str, Any] = {}
    for colour in ("Red", "Green", "Blue"):
        colours[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        levels = np.arange(65_280, -1, -256, dtype="<u2")  # index 255 is black
        colours[f"{colour}PaletteColorLookupTableData"] = levels.tobytes()
    path = saved(ultrasound(GREY, photometric="PALETTE COLOR", **colours), tmp_path / "a.dcm", syntax)
    _, copy = cleaned(path, tmp_path / "out")
    assert copy is not None
    assert copy.PhotometricInterpretation == "PALETTE COLOR"
    assert (copy.pixel_array[0] == 255).all()
    assert np.array_equal(copy.pixel_array[INSIDE], GREY[INSIDE])
    assert copy.RedPaletteColorLookupTableData == colours["RedPaletteColorLookupTableData"]


@pytest.mark.parametrize(
    ("regions", "refuse", "wanted"),
    [
        ((), False, Quarantine.NO_ULTRASOUND_REGIONS),
        (((3, 3, 1, 1),), False, Quarantine.NO_ULTRASOUND_REGIONS),
        (((6, 0, 9, 9),), False, Quarantine.REGIONS_OUTSIDE_IMAGE),
        (((0, 0, 5, 3),), False, Quarantine.REGIONS_COVER_IMAGE),
        (((0, 0, 2, 3), (3, 0, 50, 50)), False, Quarantine.REGIONS_COVER_IMAGE),
        (((1, 1, 9, 2),), True, Quarantine.REGIONS_BEYOND_IMAGE),
    ],
)
def test_clean_writes_nothing_when_regions_do_not_help(
    tmp_path: Path, regions: tuple[tuple[int, int, int, int], ...], refuse: bool, wanted: Quarantine
) -> None:
    answer, _ = cleaned(saved(ultrasound(GREY, regions), tmp_path / "a.dcm"), tmp_path / "out", refuse)
    assert answer["reasons"] == [wanted]


def test_clean_counts_what_was_cut(tmp_path: Path) -> None:
    regions = ((1, 1, 3, 2), (4, 0, 40, 1), (100, 100, 200, 200))
    answer, copy = cleaned(saved(ultrasound(GREY, regions), tmp_path / "a.dcm"), tmp_path / "out")
    assert (answer["declared"], answer["clipped"], answer["outside"]) == (3, 1, 1)
    assert copy is not None
    assert np.array_equal(copy.pixel_array[0:2, 4:6], GREY[0:2, 4:6])


@pytest.mark.parametrize(
    "change",
    [
        {"BitsStored": 7, "HighBit": 6},
        {"PixelRepresentation": 1},
        {"NumberOfFrames": 2},
        {"PhotometricInterpretation": "HSV"},
        {"PixelData": b"\0" * 10},
        {"Rows": 0},
    ],
)
def test_clean_refuses_pixels_that_it_cannot_vouch_for(tmp_path: Path, change: dict[str, Any]) -> None:
    answer, _ = cleaned(saved(ultrasound(GREY, **change), tmp_path / "a.dcm"), tmp_path / "out")
    assert answer["reasons"] == [Quarantine.PIXELS_UNREADABLE]


def test_clean_knows_ultrasound_only(tmp_path: Path) -> None:
    answer, _ = cleaned(pydicom_files() / "CT_small.dcm", tmp_path / "out")
    assert answer["reasons"] == [Quarantine.NOT_ULTRASOUND]


def test_clean_writes_nothing_under_the_pseudonym_of_another_patient(tmp_path: Path) -> None:
    path, out = saved(ultrasound(GREY, PatientID="changed"), tmp_path / "a.dcm"), tmp_path / "out"
    out.mkdir()
    answer = clean(str(path), str(out), SALT.hex(), False, ("original", ""), "p-1")
    assert answer["reasons"] == [Quarantine.DEIDENTIFICATION_FAILED]
    assert list(out.iterdir()) == []


def test_clean_takes_the_same_file_once(tmp_path: Path) -> None:
    path, out = saved(ultrasound(GREY), tmp_path / "a.dcm"), tmp_path / "out"
    cleaned(path, out)
    assert clean(str(path), str(out), SALT.hex(), False, NOBODY, "")["reasons"] == [Quarantine.DUPLICATE_INSTANCE]


@pytest.mark.parametrize("where", [(0, 0), (2, 2)])
def test_clean_writes_nothing_when_the_written_pixels_are_not_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: tuple[int, int]
) -> None:
    def spoilt(dataset: Dataset, path: Path) -> None:
        pixels = dataset.pixel_array.copy() if hasattr(dataset, "file_meta") else GREY * 0
        pixels[where] = 77
        dataset.PixelData = pixels.tobytes()
        save(dataset, path)

    save = image.save
    monkeypatch.setattr(image, "save", spoilt)
    answer, _ = cleaned(saved(ultrasound(GREY), tmp_path / "a.dcm"), tmp_path / "out")
    assert answer["reasons"] == [Quarantine.DEIDENTIFICATION_FAILED]


corner = st.integers(0, 30)


@given(st.lists(st.tuples(corner, corner, corner, corner), max_size=5), st.integers(1, 20), st.integers(1, 20))
def test_mask_is_exactly_the_regions(corners: list[tuple[int, int, int, int]], rows: int, columns: int) -> None:
    dataset = Dataset()
    dataset.SequenceOfUltrasoundRegions = [region(one) for one in corners]
    regions = regions_of(dataset, rows, columns)
    keep = mask_of(regions.boxes, rows, columns)
    for y in range(rows):
        for x in range(columns):
            inside = any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in corners)
            assert bool(keep[y, x]) == inside
    assert regions.outside + len(regions.boxes) == regions.declared


def test_a_region_without_a_corner_is_none() -> None:
    dataset = Dataset()
    dataset.SequenceOfUltrasoundRegions = [region((1, 1, 2, 2)), region((0, 0, 1, 1))]
    del dataset.SequenceOfUltrasoundRegions[0].RegionLocationMaxX1
    assert regions_of(dataset, 4, 4).boxes == (Box(0, 0, 1, 1),)
