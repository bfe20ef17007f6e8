"""Text in pixels: the real detector on real images, and on text that was drawn and so is known to the pixel."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import pixel_array

from ledger_node.edge import evidence, text
from ledger_node.edge.cleaning import MOST_COPIES, clean
from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from tests.unit.edge.conftest import SALT, pydicom_files
from tests.unit.edge.synthetic import saved, ultrasound

pytestmark = pytest.mark.slow

ROWS, COLUMNS = 240, 320
WORDS = ("Mueller, Jane 1901-02-03", "St. Anna Hospital", "MRN 12345678")
BUILT_IN = "examples_jpeg2k.dcm"  # without declared regions; it shows a hospital's name
NAME = (slice(20, 44), slice(14, 176))  # where it stands


def speckle(frames: int = 1) -> Any:
    """What tissue looks like: bright noise with a little structure."""
    noise = np.random.default_rng(7).rayleigh(25, (frames, ROWS, COLUMNS))
    return np.clip((noise + np.roll(noise, 1, axis=2)) / 2, 1, 120).astype(np.uint8)


def drawn(size: int, top: int = 20) -> Any:
    """Where the pixels of three lines of text are, in letters of this size."""
    canvas = Image.new("L", (COLUMNS, ROWS))
    for number, words in enumerate(WORDS):
        ImageDraw.Draw(canvas).text((12, top + 3 * size * number), words, 255, ImageFont.load_default(size))
    return np.asarray(canvas) > 60


def cleaned(path: Path, out: Path) -> tuple[dict[str, Any], Dataset | None]:
    out.mkdir()
    answer = clean(str(path), str(out), SALT.hex(), False, ("", ""), "", True)
    files = list(out.iterdir())
    assert len(files) == (0 if answer["reasons"] else 1)
    return answer, dcmread(files[0]) if files else None


@pytest.mark.parametrize("size", [8, 10, 13, 18])
def test_text_is_blanked_to_its_last_pixel(tmp_path: Path, size: int) -> None:
    letters = drawn(size)
    pixels = speckle()[0]
    pixels[letters] = 230
    answer, copy = cleaned(saved(ultrasound(pixels, ()), tmp_path / "a.dcm"), tmp_path / "out")
    assert copy is not None
    after = copy.pixel_array
    assert (after[letters] == 0).all()
    untouched = after != 0
    assert np.array_equal(after[untouched], pixels[untouched])
    assert untouched.mean() > 0.5
    assert answer["areas"] >= 1
    assert answer["declared"] == 0


@pytest.mark.parametrize("kind", ["MONOCHROME1", "deep", "RGB", "PALETTE COLOR"])
def test_text_is_found_in_every_form_of_pixels(tmp_path: Path, kind: str) -> None:
    letters, pixels, more = drawn(12), speckle()[0], {}
    pixels[letters] = 230
    if kind == "MONOCHROME1":
        pixels = 255 - pixels
    if kind == "deep":
        pixels = pixels.astype(np.uint16) * 16
    if kind == "RGB":
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    if kind == "PALETTE COLOR":  # turned upside down: 255 is black
        pixels = 255 - pixels
        for colour in ("Red", "Green", "Blue"):
            more[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
            more[f"{colour}PaletteColorLookupTableData"] = np.arange(65_280, -1, -256, dtype="<u2").tobytes()
    photometric = "MONOCHROME2" if kind == "deep" else kind
    path = saved(ultrasound(pixels, (), photometric, **more), tmp_path / "a.dcm")
    _, copy = cleaned(path, tmp_path / "out")
    assert copy is not None
    blank = 255 if kind in ("MONOCHROME1", "PALETTE COLOR") else 0
    assert (copy.pixel_array[letters] == blank).all()


def test_text_in_one_frame_goes_from_all_and_the_region_keeps_the_rest(tmp_path: Path) -> None:
    letters, frames = drawn(12, top=60), speckle(3)
    frames[1][letters] = 230
    region = (10, 40, 310, 230)
    dataset = ultrasound(frames[0], (region,), NumberOfFrames=3)
    dataset.PixelData = frames.tobytes()
    answer, copy = cleaned(saved(dataset, tmp_path / "a.dcm"), tmp_path / "out")
    assert copy is not None
    after = copy.pixel_array
    assert (after[:, letters] == 0).all()
    inside = np.zeros((ROWS, COLUMNS), dtype=bool)
    inside[region[1] : region[3] + 1, region[0] : region[2] + 1] = True
    assert (after[:, ~inside] == 0).all()
    blanked = (after == 0).all(axis=0)
    assert np.array_equal(after[:, ~blanked], frames[:, ~blanked])
    assert (inside & ~blanked).sum() > inside.sum() / 2
    assert (answer["areas"] >= 1, answer["declared"]) == (True, 1)
    assert list(copy.DeidentificationMethod) == evidence.method(True, True, False)


def test_where_no_text_is_nothing_is_blanked(tmp_path: Path) -> None:
    pixels = speckle()[0]
    answer, copy = cleaned(saved(ultrasound(pixels, ((0, 0, 319, 239),)), tmp_path / "a.dcm"), tmp_path / "out")
    assert copy is not None
    assert np.array_equal(copy.pixel_array, pixels)
    assert answer["areas"] == 0


def seen(*rows: int) -> Iterator[Any]:
    """What a detector finds, time after time: text in one row, or none (-1)."""
    for row in rows:
        mask = np.zeros((4, 6), dtype=bool)
        mask[row : row + 1] = row >= 0
        yield mask


def test_what_the_written_copy_still_shows_is_blanked_or_stays_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(ultrasound(np.arange(1, 25, dtype=np.uint8).reshape(4, 6), ()), tmp_path / "a.dcm")
    found = seen(-1, 2, -1)
    monkeypatch.setattr(text, "found", lambda dataset: next(found))
    answer, copy = cleaned(path, tmp_path / "out")
    assert copy is not None
    assert [row.any() for row in copy.pixel_array] == [True, True, False, True]
    assert answer["areas"] == 1
    found = seen(*range(MOST_COPIES + 1))
    answer, _ = cleaned(path, tmp_path / "none")
    assert answer["reasons"] == [Quarantine.TEXT_REMAINS]
    assert next(found, None) is None


def test_tissue_is_not_taken_for_text(tmp_path: Path) -> None:
    """A beating heart with the maker's words beside it: without text of our own in sight all of it would go."""
    source = dcmread(pydicom_files() / "examples_ybr_color.dcm")
    frames = pixel_array(source, raw=False)[[0, 15]]
    about = {"NumberOfFrames": 2, "SequenceOfUltrasoundRegions": source.SequenceOfUltrasoundRegions}
    dataset = ultrasound(frames[0], (), "RGB", **about)
    dataset.PixelData = np.ascontiguousarray(frames).tobytes()
    _, copy = cleaned(saved(dataset, tmp_path / "a.dcm"), tmp_path / "out")
    assert copy is not None
    heart = (slice(None), slice(60, 190), slice(84, 230))
    assert np.array_equal(copy.pixel_array[heart], frames[heart])


def test_a_detector_that_does_not_see_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_detector", lambda: lambda shown: (None, 0.0))
    answer, _ = cleaned(saved(ultrasound(speckle()[0], ()), tmp_path / "a.dcm"), tmp_path / "out")
    assert answer["reasons"] == [Quarantine.DEIDENTIFICATION_FAILED]


@pytest.mark.parametrize("regions", [True, False])
@pytest.mark.parametrize("detect", [True, False])
@pytest.mark.parametrize("pseudonym", [True, False])
def test_the_method_says_what_was_done_and_fits(regions: bool, detect: bool, pseudonym: bool) -> None:
    steps = evidence.method(regions, detect, pseudonym)
    assert max(map(len, steps)) <= 64
    told = "\n".join(steps)
    assert ("text detection in every frame (PP-OCRv4)" in told) == detect
    assert ("no text detection" in told) != detect
    assert ("declared ultrasound regions kept" in told) == regions
    assert ("pseudonym" in told) == pseudonym


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three real images: two declare no regions, one of them shows a hospital's name; one has text inside."""
    folder = tmp_path_factory.mktemp("real")
    for name in (BUILT_IN, "examples_palette.dcm", "ExplVR_BigEnd.dcm"):
        shutil.copy(pydicom_files() / name, folder / name)
    return folder


def test_a_hospitals_name_is_blanked_and_the_account_says_how(real: Path, tmp_path: Path) -> None:
    made = deidentify(real, tmp_path / "clean", SALT, detect_text=True)
    assert (made.written, made.quarantined) == (3, {})
    copies = {copy.Rows: copy for copy in (dcmread(path) for path in (tmp_path / "clean").glob("*.dcm"))}
    source, copy = dcmread(real / BUILT_IN).pixel_array, copies[480].pixel_array
    assert (source[NAME] > 200).any()
    assert not copy[NAME].any()
    assert copy[:60].max() < 100
    assert "pixels: no ultrasound regions are declared" in list(copies[480].DeidentificationMethod)
    assert "pixels: declared ultrasound regions kept, all else blanked" in list(copies[350].DeidentificationMethod)
    pixels = made.account["pixels"]
    assert isinstance(pixels, dict)
    detection = pixels["textDetection"]
    assert isinstance(detection, dict)
    assert detection["modelDigest"] == hashlib.sha256(text.model().read_bytes()).hexdigest()
    assert detection["imagesThatRestOnItAlone"] == detection["imagesWithTextFound"] == "UNDER_10"
    told = json.dumps(made.account)
    assert "No text detection was done" not in told
    assert "A detector misses text" in told
    assert '{"name": "rapidocr-onnxruntime", "version": "1.4.4"' in told
    version = prepare_dicom(tmp_path / "clean", tmp_path / "version", "us", "Ultrasound")
    assert version.quarantined == {}
    assert json.loads(version.attestation)["deidentification"]["pixels"] == pixels
