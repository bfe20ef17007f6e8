"""One file's way through de-identification. Runs in the child process.

The copy is written twice. The first has clean attributes and blanked pixels and claims nothing; it is read back and its
pixels are compared with the source's, and looked through for text if that was asked for. Only when they are right is
the evidence added and the copy given its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.durable import sync
from ledger_node.edge import evidence, image, pixels, text
from ledger_node.edge.attributes import cleaned
from ledger_node.edge.canonical import record_digest
from ledger_node.edge.inspection import identity_of, is_ultrasound, options_of, read, reasons_of
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.stored import PIXEL_DATA

#: The definitions that the keep-list was made for: ultrasound image, single and multi-frame, retired forms too.
IMAGES = frozenset(f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("6", "6.1", "3", "3.1"))
PARTIAL = ".copy"
MOST_COPIES = 3  # of one file, each blanked where the one before still had text


class FailedCheck(Exception):
    """The written copy is not what it should be."""


class TextFound(Exception):
    """The written copy still has text where the mask is true."""

    def __init__(self, mask: Any) -> None:
        super().__init__()
        self.mask = mask


@dataclass(frozen=True, slots=True)
class _Way:
    """How the copies of a file are made."""

    salt: bytes
    pseudonym: str
    method: tuple[str, ...]
    detect_text: bool


def clean(
    path: str,
    folder: str,
    salt: str,
    refuse_clipped: bool,
    identity: Sequence[str],
    pseudonym: str,
    detect_text: bool = False,
) -> dict[str, Any]:
    """Writes the de-identified copy of a file into a folder, named by its record digest.

    `pseudonym` was made for `identity`: a file that names another patient by now stays out. With `detect_text`, areas
    with text are blanked until none is found in a written copy, and a file without declared regions is kept but for
    such areas. The answer has the file's reasons for staying out; without any, the digest, what the regions came to,
    whether they let the whole image stand, and how many areas with text were blanked.
    """
    source, reason = read(path)
    if source is None:
        return {"reasons": [reason]}
    if not is_ultrasound(source) or str(source.get("SOPClassUID", "")) not in IMAGES:
        return {"reasons": [Quarantine.NOT_ULTRASOUND]}
    if identity_of(source) != tuple(identity):
        return {"reasons": [Quarantine.DEIDENTIFICATION_FAILED]}
    rows, columns = source.get("Rows"), source.get("Columns")
    if not rows or not columns or PIXEL_DATA not in source:
        return {"reasons": [Quarantine.PIXELS_UNREADABLE]}
    regions = pixels.regions_of(source, rows, columns)
    boxes = regions.boxes if regions.declared or not detect_text else (pixels.Box(0, 0, columns - 1, rows - 1),)
    keep = pixels.mask_of(boxes, rows, columns)
    if reasons := _reasons(regions, bool(keep.all()), refuse_clipped, detect_text):
        return {"reasons": reasons}
    partial = Path(folder) / PARTIAL
    method = evidence.method(bool(regions.declared), detect_text, bool(pseudonym))
    way = _Way(bytes.fromhex(salt), pseudonym, tuple(method), detect_text)
    try:
        digest, kept = _copies(path, source, keep, way, partial)
        if (target := partial.with_name(f"{digest.hex()}.dcm")).exists():
            return {"reasons": [Quarantine.DUPLICATE_INSTANCE]}
        partial.rename(target)
    except pixels.UnreadablePixels:
        return {"reasons": [Quarantine.PIXELS_UNREADABLE]}
    except TextFound:
        return {"reasons": [Quarantine.TEXT_REMAINS]}
    except (FailedCheck, text.Blind, NotImplementedError):
        return {"reasons": [Quarantine.DEIDENTIFICATION_FAILED]}
    finally:
        partial.unlink(missing_ok=True)
    counts = {"declared": regions.declared, "clipped": regions.clipped, "outside": regions.outside}
    areas = text.areas(keep & ~kept) if detect_text else 0
    return {"reasons": [], "digest": digest.hex(), "whole": bool(keep.all()), "areas": areas, **counts}


def _reasons(regions: pixels.Regions, covers: bool, refuse_clipped: bool, detect_text: bool) -> list[Quarantine]:
    if not regions.declared:
        return [] if detect_text else [Quarantine.NO_ULTRASOUND_REGIONS]
    if not regions.boxes:
        return [Quarantine.REGIONS_OUTSIDE_IMAGE]
    reasons = [Quarantine.REGIONS_COVER_IMAGE] if covers and not detect_text else []
    if refuse_clipped and (regions.clipped or regions.outside):
        reasons.append(Quarantine.REGIONS_BEYOND_IMAGE)
    return reasons


def _copies(path: str, source: Any, keep: Any, way: _Way, partial: Path) -> tuple[bytes, Any]:
    """Writes copies until one has no text, and returns its record digest and what it keeps. Raises as `_copy`."""
    if not way.detect_text:
        return _copy(source, keep, way, partial), keep
    keep = keep & ~text.found(source)
    for left in reversed(range(MOST_COPIES)):
        try:
            return _copy(source, keep, way, partial), keep
        except TextFound as found:
            if not left:
                raise
            keep = keep & ~found.mask
            partial.unlink()
            source, _ = read(path)  # the first was spent
    raise AssertionError


def _copy(source: Any, keep: Any, way: _Way, partial: Path) -> bytes:
    """Writes the copy with its evidence, returns its record digest. Raises UnreadablePixels, FailedCheck, TextFound."""
    blanked = image.blanked(source, keep)
    target = image.assembled(source, cleaned(source, way.salt, way.pseudonym), blanked)
    image.save(target, partial)
    del target
    first, _ = read(str(partial))
    if first is None or not image.is_as_written(first, keep, blanked) or has_times(first):
        raise FailedCheck
    if way.detect_text and (mask := text.found(first) & keep).any():
        raise TextFound(mask)
    evidence.add_evidence(first, list(way.method))
    partial.unlink()
    image.save(first, partial)
    del first
    written, _ = read(str(partial))
    if written is None or reasons_of(written, options_of(written)) or written.PatientID != way.pseudonym:
        raise FailedCheck
    if not image.is_as_written(written, keep, blanked):
        raise FailedCheck
    sync(partial)
    return record_digest(written)


def has_times(dataset: Any) -> bool:
    """Whether a date or a time with a value is anywhere in a data set."""
    return any(
        (element.VR in ("DA", "DT", "TM") and bool(element.value))
        or (element.VR == "SQ" and any(has_times(item) for item in element.value))
        for element in dataset
    )
