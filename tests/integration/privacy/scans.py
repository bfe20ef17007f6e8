"""Images as they leave scanners, full of canaries: in a folder, and zipped."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.integration.privacy.canaries import Canaries
from tests.unit.edge.synthetic import saved
from tests.unit.edge.synthetic import ultrasound as image_of

#: Height, width, and the region (left, top, right, bottom) below the line with the patient's name.
SHAPE, REGION = (48, 160), (8, 20, 151, 43)


def burned_in(text: str, level: int) -> Any:
    """Pixels as a scanner leaves them: the name in the first lines, an image below."""
    canvas = Image.new("L", SHAPE[::-1])
    ImageDraw.Draw(canvas).text((2, 2), text, fill=255)
    pixels = np.array(canvas)
    left, top, right, bottom = REGION
    pixels[top : bottom + 1, left : right + 1] = (np.indices((bottom - top + 1, right - left + 1)).sum(0) + level) % 256
    return pixels


def scan(canaries: Canaries, kind: str, level: int = 0) -> Dataset:
    """An ultrasound image as it leaves the scanner: names, ids, dates, free text, private and nested elements."""

    def word(place: str) -> str:
        return canaries.word(f"{kind}: {place}")

    def uid(place: str) -> str:
        return f"1.2.826.0.1.{canaries.number(f'{kind}: {place}')}.{level}"

    day = f"{canaries.date(f'{kind}: study date'):%Y%m%d}"
    made = image_of(burned_in(word("pixels"), level), (REGION,))
    made.SpecificCharacterSet = "ISO_IR 192"
    made.StudyInstanceUID, made.SeriesInstanceUID = uid("StudyInstanceUID"), uid("SeriesInstanceUID")
    made.SOPInstanceUID = uid("SOPInstanceUID")
    made.PatientName, made.PatientID = f"Müller-{word('PatientName')}^Jana", canaries.number(f"{kind}: PatientID")
    made.PatientBirthDate = f"{canaries.date(f'{kind}: birth date'):%Y%m%d}"
    made.StudyDate, made.AcquisitionDateTime, made.StudyTime = day, f"{day}101112.123456", "101112.123456"
    for keyword in (
        *("PatientComments", "ImageComments", "StudyDescription", "SeriesDescription", "PatientAddress"),
        *("InstitutionName", "ReferringPhysicianName", "OperatorsName", "StationName", "AccessionNumber"),
        *("OtherPatientNames", "ProtocolName", "DeviceSerialNumber", "AdditionalPatientHistory"),
    ):
        setattr(made, keyword, word(keyword))
    nested = Dataset()
    nested.RequestedProcedureDescription = word("nested text")
    nested.private_block(0x0011, word("nested private creator"), create=True).add_new(1, "UN", b"\1\2")
    made.RequestAttributesSequence = Sequence([nested])
    block = made.private_block(0x0013, word("private creator"), create=True)
    block.add_new(1, "LO", word("private text"))
    block.add_new(2, "OB", word("private bytes").encode() + b"\0")
    made.add_new(0x60000022, "LO", word("overlay"))
    made.add_new(0xFFFCFFFC, "OB", word("padding").encode() + b"\0")
    made.preamble = word("preamble").encode().ljust(128, b"\0")
    return made


def images(folder: Path, canaries: Canaries) -> Path:
    """A folder with two scans, and what is none, under names that are canaries too."""
    within = folder / canaries.word("images: folder name")
    within.mkdir(parents=True)
    for number in range(2):
        name = f"{canaries.word('images: file name')}-{number}.dcm"
        saved(scan(canaries, "images", number), within / name)
    (within / "notes.txt").write_text(canaries.word("images: text file"))
    (within / "cut.dcm").write_bytes(bytes(128) + b"DICM" + canaries.word("images: cut file").encode())
    return folder


def zipped(path: Path, canaries: Canaries) -> Path:
    """A zipped study: the names in it, its comments, and what was scanned."""
    scanned = saved(scan(canaries, "zip"), path.with_suffix(".dcm"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(scanned, f"{canaries.word('zip: folder name')}/{canaries.word('zip: file name')}.dcm")
        made.writestr("notes.txt", canaries.word("zip: text file"))
        made.comment = canaries.word("zip: comment").encode()
    scanned.unlink()
    return path


def pseudonyms(path: Path, canaries: Canaries) -> Path:
    """The hospital's own list for the zipped study."""
    path.write_text(f"patient,pseudonym\n{canaries.number('zip: PatientID')},{canaries.word('zip: pseudonym')}\n")
    return path
