"""An ultrasound image with blanked pixels as a new DICOM file, uncompressed, and the check of what was written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger_node.edge import pixels

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
#: JPEG baseline and extended, JPEG-LS near-lossless (PS3.5, A.4): always lossy.
LOSSY = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 81))


@dataclass(frozen=True, slots=True)
class Blanked:
    """Decoded frames, blanked, one after the other. `inside` is the sha-256 of all pixels that the regions keep."""

    photometric: str
    samples: int
    bits: int
    frames: int
    value: tuple[int, ...] | int
    inside: bytes
    content: bytes = field(repr=False)


def blanked(source: Any, keep: Any) -> Blanked:
    """Decodes every frame of an image and blanks what the mask does not keep. Raises UnreadablePixels."""
    content, inside = bytearray(), hashlib.sha256()
    photometric, samples, bits, count = "", 0, 0, 0
    value: tuple[int, ...] | int = 0
    for frame, photometric in pixels.frames_of(source):
        samples, bits = (frame.shape[2] if frame.ndim == 3 else 1), 8 * frame.dtype.itemsize
        if frame.shape[:2] != keep.shape:
            raise pixels.UnreadablePixels
        value = pixels.blank_of(source, photometric, bits)
        inside.update(frame[keep].tobytes())
        content += pixels.blanked(frame, keep, value).astype(f"<u{bits // 8}").tobytes()
        count += 1
    return Blanked(photometric, samples, bits, count, value, inside.digest(), bytes(content))


def assembled(source: Any, attributes: Any, image: Blanked) -> Any:
    """The clean attributes with the image's descriptors (PS3.3, C.7.6.3) and its pixels."""
    attributes.SOPClassUID = source.SOPClassUID
    attributes.SamplesPerPixel = image.samples
    attributes.PhotometricInterpretation = image.photometric
    if image.samples > 1:
        attributes.PlanarConfiguration = 0
    if "NumberOfFrames" in source:
        attributes.NumberOfFrames = image.frames
    attributes.Rows, attributes.Columns = source.Rows, source.Columns
    attributes.BitsAllocated = attributes.BitsStored = image.bits
    attributes.HighBit = image.bits - 1
    attributes.PixelRepresentation = 0
    if source.file_meta.TransferSyntaxUID in LOSSY:
        attributes.LossyImageCompression = "01"  # decompressing does not undo it (PS3.3, C.7.6.1.1.5)
    odd = len(image.content) % 2
    attributes.add_new("PixelData", "OW" if image.bits == 16 else "OB", image.content + b"\0" * odd)
    return attributes


def save(dataset: Any, path: Path) -> None:
    """Writes a new file: Explicit VR Little Endian, an empty preamble, and file meta information of its own."""
    from pydicom.dataset import FileMetaDataset

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = EXPLICIT_LITTLE
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128
    dataset.save_as(path, enforce_file_format=True, overwrite=False)


def is_as_written(dataset: Any, keep: Any, image: Blanked) -> bool:
    """Whether a file that was read back has constant pixels outside the mask and the source's pixels inside."""
    inside = hashlib.sha256()
    try:
        for frame, photometric in pixels.frames_of(dataset):
            if photometric != image.photometric or not pixels.is_blank(frame, keep, image.value):
                return False
            inside.update(frame[keep].tobytes())
    except pixels.UnreadablePixels:
        return False
    return inside.digest() == image.inside
