"""A corpus of broken DICOM files, the same for a seed: pydicom's own test files, and what chance made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.unit.edge.conftest import pydicom_files
from tests.unit.edge.fuzz.mutating import CANARY, Base, base_of, mutant
from tests.unit.edge.hostile import bomb
from tests.unit.edge.synthetic import evidence, saved, ultrasound

OWN = 0.5  # of the mutants come from small images of our own, which get further than most of pydicom's
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian)


def shipped() -> Iterator[tuple[str, bytes]]:
    """The files that pydicom's wheel carries: images, media directories, character sets, and what is no DICOM."""
    for folder in (pydicom_files(), pydicom_files().parent / "charset_files"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.name, path.read_bytes()


def own(place: Path) -> Iterator[tuple[str, bytes]]:
    """Ultrasound images with a canary in names, private elements and items: as devices send them, and de-identified."""
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8)
    for number, syntax in enumerate(SYNTAXES):
        for kind, finished in (("raw", False), ("clean", True)):
            dataset = ultrasound(pixels, PatientName=CANARY, PatientComments=CANARY, PatientID="p-1")
            for at, keyword in enumerate(("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")):
                setattr(dataset, keyword, f"2.25.9{number}{at}{int(finished)}")
            item = Dataset()
            item.PatientName, item.ContentDate = CANARY, "19700101"
            item.private_block(0x0011, CANARY, create=True).add_new(1, "UN", CANARY.encode())
            dataset.RequestAttributesSequence = Sequence([item])
            dataset.private_block(0x0013, CANARY, create=True).add_new(2, "LO", CANARY)
            if finished:
                evidence(dataset, "113100", "113101")
            path = saved(dataset, place / f"{kind}{number}", syntax)
            yield path.name, path.read_bytes()


def files(seed: int, count: int, place: Path) -> Iterator[tuple[str, bytes]]:
    """`count` files with their names: the shipped ones, one of our own cut at every byte, a bomb, then mutants.

    `place` is an empty folder to work in.
    """
    chance = random.Random(seed)
    theirs = [base_of(name, content) for name, content in shipped()]
    ours = [base_of(name, content) for name, content in own(place)]
    made = 0
    for base in (*theirs, *ours):
        yield _name(made, "whole", base), base.content
        made += 1
    yield _name(made, "bomb", Base("deflated", b"", (), 0)), bomb(200 << 20)
    made += 1
    cut = ours[1]
    for end in range(len(cut.content)):
        if made < count // 3:
            yield _name(made, f"cut{end}", cut), cut.content[:end]
            made += 1
    weights = [1 / (1 + len(base.content) / 4_096) for base in theirs]
    while made < count:
        base = chance.choice(ours) if chance.random() < OWN else chance.choices(theirs, weights)[0]
        kind, content = mutant([*theirs, *ours], base, chance)
        yield _name(made, kind, base), content
        made += 1


def written(folder: Path, seed: int, count: int, place: Path) -> int:
    """Writes the corpus to a folder; how many bytes it has."""
    total = 0
    for name, content in files(seed, count, place):
        (folder / name).write_bytes(content)
        total += len(content)
    return total


def _name(number: int, kind: str, base: Base) -> str:
    return f"{number:05d}-{CANARY}-{kind}-{base.name}"
