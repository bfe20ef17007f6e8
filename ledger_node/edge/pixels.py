"""Pixels of ultrasound images: what the declared regions keep, and everything else blanked.

A region is a rectangle, counted in pixels from 0 at the top left, both corners inside (PS3.3, C.8.5.5: minimum and
maximum of x and y). Nothing here looks for text: a region that holds some, keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_REGIONS = 1_000
#: Photometric interpretations that a decoded frame may have (PS3.3, C.7.6.3.1.2).
DECODED = frozenset({"RGB", "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "YBR_FULL"})


@dataclass(frozen=True, slots=True)
class Box:
    """A region in pixels, both corners inside."""

    left: int
    top: int
    right: int
    bottom: int

    def within(self, rows: int, columns: int) -> Box | None:
        """The part inside an image; None when there is none."""
        box = Box(max(self.left, 0), max(self.top, 0), min(self.right, columns - 1), min(self.bottom, rows - 1))
        return box if box.left <= box.right and box.top <= box.bottom else None


@dataclass(frozen=True, slots=True)
class Regions:
    """What the regions of one image come to: the parts inside it, how many were cut, how many lie wholly beyond."""

    declared: int
    boxes: tuple[Box, ...]
    clipped: int
    outside: int


class UnreadablePixels(Exception):
    """The pixels are absent, too few, or in a form that is not handled here."""


def regions_of(dataset: Any, rows: int, columns: int) -> Regions:
    """The declared regions (0018,6011). One that lacks a corner, or has them out of order, is no region."""
    items = (dataset.get("SequenceOfUltrasoundRegions") or ())[:MOST_REGIONS]
    declared = [box for item in items if (box := _box(item))]
    inside = [box.within(rows, columns) for box in declared]
    kept = tuple(box for box in inside if box is not None)
    outside = len(declared) - len(kept)
    clipped = sum(part is not None and part != box for box, part in zip(declared, inside, strict=True))
    return Regions(len(declared), kept, clipped, outside)


def mask_of(boxes: tuple[Box, ...], rows: int, columns: int) -> Any:
    """A boolean array (rows, columns), true where a region keeps the pixel."""
    import numpy as np

    keep = np.zeros((rows, columns), dtype=bool)
    for box in boxes:
        keep[box.top : box.bottom + 1, box.left : box.right + 1] = True
    return keep


def frames_of(dataset: Any) -> Iterator[tuple[Any, str]]:
    """Each frame, decoded: an array (rows, columns[, 3]) of uint8 or uint16, and its photometric interpretation.

    Colour comes by pixel and as RGB where it was a YBR form; palette indices stay indices. Raises UnreadablePixels.
    """
    from pydicom.pixels import get_decoder

    unsigned = dataset.get("PixelRepresentation") == 0 and dataset.get("BitsAllocated") in (8, 16)
    if not unsigned or dataset.get("BitsStored") != dataset.get("BitsAllocated"):
        raise UnreadablePixels  # unused bits could hold an overlay (PS3.5, 8.1.1)
    count = 0
    try:
        for frame, facts in get_decoder(dataset.file_meta.TransferSyntaxUID).iter_array(dataset, raw=False):
            photometric = str(facts["photometric_interpretation"])
            if photometric == "PALETTE COLOR" and dataset.original_encoding[1] is False:
                raise UnreadablePixels  # the palette's words would have to be turned as well
            if photometric not in DECODED or frame.dtype.kind != "u" or frame.dtype.itemsize > 2:
                raise UnreadablePixels
            count += 1
            yield frame.astype(frame.dtype.newbyteorder("<"), copy=False), photometric
    except MemoryError:
        raise
    except Exception as failure:  # decoders raise what they like
        raise UnreadablePixels from failure
    if count == 0 or count != int(dataset.get("NumberOfFrames") or 1):
        raise UnreadablePixels


def blank_of(dataset: Any, photometric: str, bits: int) -> tuple[int, ...] | int:
    """The value of a blanked pixel: black, or for a palette the index of its darkest colour."""
    if photometric == "MONOCHROME1":
        return int((1 << bits) - 1)
    if photometric == "YBR_FULL":
        return (0, 1 << (bits - 1), 1 << (bits - 1))
    if photometric == "PALETTE COLOR":
        return _darkest(dataset)
    return (0, 0, 0) if photometric == "RGB" else 0


def blanked(frame: Any, keep: Any, value: tuple[int, ...] | int) -> Any:
    """A copy of a frame whose pixels outside the mask all have one value."""
    copy = frame.copy()
    copy[~keep] = value
    return copy


def is_blank(frame: Any, keep: Any, value: tuple[int, ...] | int) -> bool:
    """Whether every pixel outside the mask has that value."""
    return bool((frame[~keep] == value).all())


def _box(item: Any) -> Box | None:
    corners = [item.get(f"RegionLocation{corner}") for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    if any(not isinstance(corner, int) for corner in corners):
        return None
    box = Box(*corners)
    return box if box.left <= box.right and box.top <= box.bottom else None


def _darkest(dataset: Any) -> int:
    """The lowest index of the darkest colour of the palette; its first index when the tables are not plain."""
    import numpy as np

    try:
        entries, first, bits = (int(number) for number in dataset.RedPaletteColorLookupTableDescriptor)
        kind = np.dtype("<u2") if bits == 16 else np.dtype("u1")
        tables = [
            np.frombuffer(dataset[f"{c}PaletteColorLookupTableData"].value, kind) for c in ("Red", "Green", "Blue")
        ]
        light = sum(table[: entries or 65_536].astype(np.int64) for table in tables)
        return max(first, 0) + int(np.argmin(light))
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0
