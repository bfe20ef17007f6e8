"""De-identified ultrasound images by the thousand: one of pydicom's, cleaned as a hospital would, in usual sizes."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pydicom

from ledger_node.edge.deidentify import deidentify
from scripts.demo.imaging import copy_files

#: Columns, rows and samples of stills, uncompressed as `deidentify` writes them: 0.1 to 2 MB, from a small grey screen
#: to a large one in colour. Larger ones and cines would flatter us: of those only reading and hashing is left.
SHAPES = ((400, 300, 1), (640, 480, 1), (800, 600, 1), (640, 480, 3), (800, 600, 3), (1024, 640, 3))
SOURCE = "examples_palette.dcm"


def cleaned(work: Path) -> Path:
    """One of pydicom's ultrasound images, de-identified: 283 KB."""
    raw = copy_files(work / "raw")
    for path in raw.iterdir():
        if path.name != SOURCE:
            path.unlink()
    deidentify(raw, work / "clean", bytes(32))
    (clean,) = (work / "clean").glob("*.dcm")
    return clean


def write(folder: Path, work: Path, count: int) -> None:
    """So many files with UIDs and pixels of their own, shapes by turns; all of them may enter a version."""
    clean = cleaned(work)
    noise = random.Random(9162)  # noqa: S311 - pixels
    folder.mkdir()
    for number in range(count):
        dataset = shaped(pydicom.dcmread(clean), *SHAPES[number % len(SHAPES)], noise)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"2.25.{10**30 + number}"
        dataset.save_as(folder / f"{number:06d}.dcm")


def shaped(dataset: Any, columns: int, rows: int, samples: int, noise: random.Random) -> Any:
    """The image with other pixels: grey, or colours by pixel."""
    for element in [element for element in dataset if "PaletteColor" in element.keyword]:
        del dataset[element.tag]
    dataset.Columns, dataset.Rows, dataset.SamplesPerPixel = columns, rows, samples
    dataset.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        dataset.PlanarConfiguration = 0
    dataset.PixelData = noise.randbytes(columns * rows * samples)
    return dataset


def bare(folder: Path) -> None:
    """What anybody would write: no isolation, no rule of entry, no canonical form, no tree."""
    for path in sorted(folder.iterdir()):
        hashlib.sha256(path.read_bytes()).digest()
        pydicom.dcmread(path, stop_before_pixels=True)
