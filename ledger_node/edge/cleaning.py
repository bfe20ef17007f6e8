"""One file's way through de-identification. Runs in the child process.

The copy is written twice. The first has clean attributes and blanked pixels and claims nothing; it is read back and its
pixels are compared with the source's. Only when they are right is the evidence added and the copy given its name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ledger_node.edge import image, pixels
from ledger_node.edge.attributes import cleaned
from ledger_node.edge.canonical import PIXEL_DATA, record_digest
from ledger_node.edge.evidence import add_evidence
from ledger_node.edge.inspection import is_ultrasound, read, reasons_of
from ledger_node.edge.quarantine import Quarantine

#: The definitions that the keep-list was made for: ultrasound image, single and multi-frame, retired forms too.
IMAGES = frozenset(f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("6", "6.1", "3", "3.1"))
PARTIAL = ".copy"


class FailedCheck(Exception):
    """The written copy is not what it should be."""


def clean(path: str, folder: str, salt: str, refuse_clipped: bool) -> dict[str, Any]:
    """Writes the de-identified copy of a file into a folder, named by its record digest.

    The answer has the file's reasons for staying out; without any, the digest and what the regions came to.
    """
    source, reason = read(path)
    if source is None:
        return {"reasons": [reason]}
    if not is_ultrasound(source) or str(source.get("SOPClassUID", "")) not in IMAGES:
        return {"reasons": [Quarantine.NOT_ULTRASOUND]}
    rows, columns = source.get("Rows"), source.get("Columns")
    if not rows or not columns or PIXEL_DATA not in source:
        return {"reasons": [Quarantine.PIXELS_UNREADABLE]}
    regions = pixels.regions_of(source, rows, columns)
    keep = pixels.mask_of(regions.boxes, rows, columns)
    if reasons := _reasons(regions, bool(keep.all()), refuse_clipped):
        return {"reasons": reasons}
    partial = Path(folder) / PARTIAL
    try:
        digest = _copy(source, keep, bytes.fromhex(salt), partial)
        if (target := partial.with_name(f"{digest.hex()}.dcm")).exists():
            return {"reasons": [Quarantine.DUPLICATE_INSTANCE]}
        partial.rename(target)
    except pixels.UnreadablePixels:
        return {"reasons": [Quarantine.PIXELS_UNREADABLE]}
    except (FailedCheck, NotImplementedError):
        return {"reasons": [Quarantine.DEIDENTIFICATION_FAILED]}
    finally:
        partial.unlink(missing_ok=True)
    counts = {"declared": regions.declared, "clipped": regions.clipped, "outside": regions.outside}
    return {"reasons": [], "digest": digest.hex(), **counts}


def _reasons(regions: pixels.Regions, covers: bool, refuse_clipped: bool) -> list[Quarantine]:
    if not regions.declared:
        return [Quarantine.NO_ULTRASOUND_REGIONS]
    if not regions.boxes:
        return [Quarantine.REGIONS_OUTSIDE_IMAGE]
    reasons = [Quarantine.REGIONS_COVER_IMAGE] if covers else []
    if refuse_clipped and (regions.clipped or regions.outside):
        reasons.append(Quarantine.REGIONS_BEYOND_IMAGE)
    return reasons


def _copy(source: Any, keep: Any, salt: bytes, partial: Path) -> bytes:
    """Writes the copy with its evidence and returns its record digest. Raises UnreadablePixels, FailedCheck."""
    blanked = image.blanked(source, keep)
    target = image.assembled(source, cleaned(source, salt), blanked)
    image.save(target, partial)
    del target
    first, _ = read(str(partial))
    if first is None or not image.is_as_written(first, keep, blanked) or has_times(first):
        raise FailedCheck
    add_evidence(first)
    partial.unlink()
    image.save(first, partial)
    del first
    written, _ = read(str(partial))
    if written is None or reasons_of(written) or not image.is_as_written(written, keep, blanked):
        raise FailedCheck
    _sync(partial)
    return record_digest(written)


def has_times(dataset: Any) -> bool:
    """Whether a date or a time with a value is anywhere in a data set."""
    return any(
        (element.VR in ("DA", "DT", "TM") and bool(element.value))
        or (element.VR == "SQ" and any(has_times(item) for item in element.value))
        for element in dataset
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
