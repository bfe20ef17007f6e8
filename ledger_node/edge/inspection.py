"""What one file is and whether it may enter a dataset version. Runs in the child process."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ledger_node.edge.canonical import charset_of, record_digest
from ledger_node.edge.patients.pseudonyms import PSEUDONYM, Identity
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.stored import PIXEL_DATA, as_stored

#: CID 7050 (PS3.16): the de-identification method codes, all of the coding scheme DCM.
CID_7050 = range(113100, 113113)
CLEAN_PIXEL_DATA = 113101
METHOD_CODES = 0x00120064  # De-identification Method Code Sequence
LONGITUDINAL = frozenset({"UNMODIFIED", "MODIFIED", "REMOVED"})  # (0028,0303), PS3.3, C.12.1

#: Ultrasound storage: images and multi-frame images with their retired forms, volumes, photoacoustic (PS3.4, B.5).
ULTRASOUND = frozenset(f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("6", "6.1", "6.2", "6.3", "3", "3.1"))

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage (PS3.10, 8.6)

SMALL = 1 << 16  # bytes that any read may ask for

_MODALITY = re.compile(r"[A-Z]{2,16}")
_UID = re.compile(r"[0-9.]{1,64}")


def inspect(path: str) -> dict[str, Any]:
    """Reads a file: its reasons for staying out, and if there are none its digest, instance, patient and codes."""
    dataset, reason = read(path)
    if dataset is None:
        return {"reasons": [reason]}
    digest = record_digest(dataset)  # first: what was not looked at yet need not be made again
    options = options_of(dataset)
    reasons = reasons_of(dataset, options)
    patient = str(dataset.get("PatientID", "")).strip()
    modality, instance = str(dataset.get("Modality", "")), str(dataset.get("SOPInstanceUID", ""))
    return {
        "reasons": reasons,
        "digest": digest.hex(),
        "instance": instance if _UID.fullmatch(instance) else "",
        "patient": patient if PSEUDONYM.fullmatch(patient) else "",
        "modality": modality if _MODALITY.fullmatch(modality) else "OTHER",
        "options": options,
        "longitudinal": term_of(dataset, "LongitudinalTemporalInformationModified"),
    }


def identify(path: str) -> dict[str, Any]:
    """Reads whose a file is: the patient id and its issuer, as they stand in an original."""
    dataset, reason = read(path)
    return {"reasons": [reason]} if dataset is None else {"reasons": [], "identity": identity_of(dataset)}


def identity_of(dataset: Any) -> Identity:
    """The patient's id and its issuer, as text; what is no text names nobody."""
    return Identity(*(_text(dataset.get(keyword)) for keyword in ("PatientID", "IssuerOfPatientID")))


def read(path: str) -> tuple[Any, Quarantine | None]:
    """The data set of a DICOM file (PS3.10), or the reason why there is none. Links are not followed.

    VRs that Implicit VR leaves open are settled (PS3.5, A.1). Raises whatever pydicom raises for what it cannot read.
    """
    from pydicom import config, dcmread
    from pydicom.errors import InvalidDicomError
    from pydicom.filewriter import correct_ambiguous_vr

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None, Quarantine.UNREADABLE
    with Bounded(descriptor) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None, Quarantine.NOT_REGULAR_FILE
        with config.disable_value_validation():
            try:
                dataset = dcmread(file)
            except InvalidDicomError:
                return None, Quarantine.NOT_DICOM
            if str(dataset.file_meta.get("MediaStorageSOPClassUID", "")) == MEDIA_DIRECTORY:
                return None, Quarantine.MEDIA_DIRECTORY
            if dataset.original_encoding[0]:
                correct_ambiguous_vr(dataset, True)
    if not dataset or "TransferSyntaxUID" not in dataset.file_meta:
        return None, Quarantine.UNREADABLE
    return dataset, None


class Bounded(io.BufferedReader):
    """A file of which no read asks for more memory than is left to read: a length in a broken file may say anything."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(io.FileIO(descriptor))
        self._size = os.fstat(descriptor).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > SMALL:
            size = min(size, max(0, self._size - self.tell()))
        return super().read(size)


def reasons_of(dataset: Any, options: Sequence[int]) -> list[Quarantine]:
    """The rule of entry, all reasons that speak against it; `options` are those of the data set.

    (0012,0062) is YES; (0012,0063) or (0012,0064) says how; (0028,0303) says what became of the dates. Ultrasound burns
    text into its pixels, so there (0012,0064) must hold 113101 Clean Pixel Data, and (0028,0301) must be NO.
    """
    reasons = []
    if term_of(dataset, "PatientIdentityRemoved") != "YES":
        reasons.append(Quarantine.NO_IDENTITY_REMOVED)
    if not dataset.get("DeidentificationMethod") and not dataset.get("DeidentificationMethodCodeSequence"):
        reasons.append(Quarantine.NO_METHOD)
    if term_of(dataset, "LongitudinalTemporalInformationModified") not in LONGITUDINAL:
        reasons.append(Quarantine.NO_LONGITUDINAL_STATUS)
    if is_ultrasound(dataset):
        if CLEAN_PIXEL_DATA not in options:
            reasons.append(Quarantine.NO_CLEAN_PIXEL_DATA)
        if term_of(dataset, "BurnedInAnnotation") != "NO":
            reasons.append(Quarantine.BURNED_IN_ANNOTATION_NOT_EXCLUDED)
    if PIXEL_DATA in dataset and not _pixels_whole(dataset):
        reasons.append(Quarantine.PIXELS_UNREADABLE)
    return reasons


def is_ultrasound(dataset: Any) -> bool:
    return term_of(dataset, "Modality") == "US" or str(dataset.get("SOPClassUID", "")) in ULTRASOUND


def options_of(dataset: Any) -> list[int]:
    """The codes of CID 7050 in (0012,0064), each once, in order."""
    if METHOD_CODES not in dataset:
        return []
    raw = dataset.get_item(METHOD_CODES, keep_deferred=True)
    if raw.VR == "SQ" and as_stored(raw, charset_of(dataset, None)):
        return list(_options_stored(raw.value or b""))
    return _options(dataset[METHOD_CODES].value)


@lru_cache(maxsize=64)
def _options_stored(value: bytes) -> tuple[int, ...]:
    """The copies of one run all say the same, which is read once."""
    from pydicom.values import convert_SQ

    return tuple(_options(convert_SQ(value, is_implicit_VR=False, is_little_endian=True)))


def _options(items: Any) -> list[int]:
    found = set()
    for item in items or ():
        code = str(item.get("CodeValue", ""))
        if str(item.get("CodingSchemeDesignator", "")) == "DCM" and code.isascii() and code.isdigit():
            found.add(int(code))
    return sorted(code for code in found if code in CID_7050)


def term_of(dataset: Any, keyword: str) -> str:
    """A code string; empty when the element is absent or has several values."""
    value = dataset.get(keyword, "")
    return value if isinstance(value, str) else ""


def _text(value: Any) -> str:
    parts = [value] if isinstance(value, str) else value if isinstance(value, Sequence) else ()
    return "\\".join(part for part in parts if isinstance(part, str)).strip(" \0")


def _pixels_whole(dataset: Any) -> bool:
    """Whether native pixels are as many as rows, columns and frames say; encapsulated ones are not counted."""
    from pydicom.pixels.utils import get_expected_length

    value = dataset[PIXEL_DATA].value
    if dataset[PIXEL_DATA].is_undefined_length:
        return bool(value)
    try:
        return bool(len(value) >= get_expected_length(dataset))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
