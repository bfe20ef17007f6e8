"""The list of attributes that a de-identified ultrasound image keeps. What is not on it goes, whatever it is.

PS3.15's table names what must go; makers put names into elements that it does not name. So after the table this list is
applied: codes of closed vocabularies, numbers that describe the image, and the attributes that the image's definition
(PS3.3, A.6 and A.7) wants present, empty. No free text, no date and no time is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


#: Present but empty: type 2 in the patient, study, series, equipment and image modules.
EMPTY = _words(
    "StudyDate|StudyTime|AccessionNumber|ReferringPhysicianName|PatientName|PatientBirthDate|PatientSex|"
    "StudyID|SeriesNumber|Manufacturer|InstanceNumber|PatientOrientation"
)

#: The pseudonym stands here; empty when the original names no patient.
PATIENT = "PatientID"

#: Replaced by a fresh UID before this list is applied.
UIDS = frozenset({"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"})

#: Code strings and their terms (PS3.3, C.7.6.1, C.8.5.6).
TERMS = {
    "Modality": _words("US"),
    "ImageType": _words(
        "ORIGINAL|DERIVED|PRIMARY|SECONDARY|ABDOMINAL|BREAST|CHEST|ENDOCAVITARY|ENDORECTAL|ENDOVAGINAL|EPICARDIAL|"
        "FETAL HEART|GYNECOLOGY|INTRACARDIAC|INTRAOPERATIVE|INTRAVASCULAR|MUSCULOSKELETAL|NEONATAL HEAD|OBSTETRICAL|"
        "OPHTHALMIC|PEDIATRIC|PELVIC|RETROPERITONEAL|SMALL PARTS|TCD|THYROID|TRANSESOPH|TRANSTHORACIC|VASCULAR"
    ),
    "TransducerType": _words("SECTOR_PHASED|SECTOR_MECH|SECTOR_ANNULAR|LINEAR|CURVED LINEAR|SINGLE CRYSTAL"),
    "Laterality": _words("R|L"),
    "ImageLaterality": _words("R|L|U|B"),
    "LossyImageCompression": _words("00|01"),
    "LossyImageCompressionMethod": _words("ISO_10918_1|ISO_14495_1|ISO_15444_1|ISO_13818_2|ISO_14496_10"),
}

#: Numbers, with the largest that makes sense.
NUMBERS = {
    "FrameTime": 100_000.0,  # ms
    "FrameTimeVector": 100_000.0,
    "FrameDelay": 100_000.0,
    "CineRate": 10_000.0,  # 1/s
    "RecommendedDisplayFrameRate": 10_000.0,
    "EffectiveDuration": 100_000.0,  # s
    "UltrasoundColorDataPresent": 1.0,
    "PixelAspectRatio": 100_000.0,
    "LossyImageCompressionRatio": 100_000.0,
}

#: Lookup tables of palette images: pixels, not text (PS3.3, C.7.6.3.1.5 and .6).
PALETTE = frozenset(
    f"{colour}PaletteColorLookupTable{part}" for colour in ("Red", "Green", "Blue") for part in ("Descriptor", "Data")
)

POINTER = "FrameIncrementPointer"
REGIONS = "SequenceOfUltrasoundRegions"
_REGION_VRS = frozenset({"US", "UL", "SS", "SL", "FD", "FL"})
_MODE = re.compile(r"[0-9A-F]{4}")  # value 4 of Image Type: a bit field in hexadecimal


def kept(dataset: Any, pseudonym: str) -> Any:
    """A new data set with what the list keeps of another one, and a pseudonym.

    The image's own descriptors and pixels are not copied.
    """
    from pydicom.dataset import Dataset

    result = Dataset()
    for keyword in EMPTY:
        setattr(result, keyword, "")
    result.PatientID = pseudonym
    for keyword in UIDS:
        setattr(result, keyword, getattr(dataset, keyword))
    for keywords, copy in _COPIES:
        for keyword in keywords:
            value = dataset.get(keyword)
            if value not in (None, "") and (good := copy(keyword, value)) is not None:
                setattr(result, keyword, good)
    if POINTER in result and result.FrameIncrementPointer not in result:
        del result[POINTER]
    return result


def rules() -> list[str]:
    """The list as lines, for the digest of the rules."""
    terms = [f"{keyword}: {'|'.join(sorted(words))}" for keyword, words in TERMS.items()]
    numbers = [f"{keyword}: <= {most}" for keyword, most in NUMBERS.items()]
    empty = [f"{keyword}: empty" for keyword in EMPTY]
    regions = f"{REGIONS}: {'|'.join(sorted(_REGION_VRS))} of one value"
    return sorted([*empty, f"{PATIENT}: pseudonym", *UIDS, *terms, *numbers, *PALETTE, POINTER, regions])


def _terms(keyword: str, value: Any) -> Any:
    values = [value] if isinstance(value, str) else list(value)
    known = TERMS[keyword]
    good = [str(v) for v in values if v in known or (keyword == "ImageType" and _MODE.fullmatch(str(v)))]
    if keyword == "ImageType":
        flavour = ["SECONDARY" if len(values) > 1 and values[1] == "SECONDARY" else "PRIMARY"]
        return ["DERIVED", *flavour, *[v for v in good if v not in ("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY")]]
    return good if len(good) == len(values) else None


def _numbers(keyword: str, value: Any) -> Any:
    numbers = [value] if isinstance(value, int | float | str) else list(value)
    try:
        plain = [float(number) for number in numbers]
    except (TypeError, ValueError):
        return None
    if any(not math.isfinite(number) or not 0 <= number <= NUMBERS[keyword] for number in plain):
        return None
    whole = keyword in ("CineRate", "RecommendedDisplayFrameRate", "UltrasoundColorDataPresent", "PixelAspectRatio")
    spelled: list[Any] = [int(number) if whole else f"{number:.9g}" for number in plain]
    return spelled if len(spelled) > 1 else spelled[0]


def _pointer(_: str, value: Any) -> Any:
    return value if isinstance(value, int) and int(value) in (0x00181063, 0x00181065) else None


def _regions(_: str, value: Any) -> Any:
    from pydicom.datadict import dictionary_has_tag, dictionary_VM
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    def one_number(element: Any) -> bool:
        """Tables and what the standard does not name could spell out words in numbers."""
        single = dictionary_has_tag(element.tag) and dictionary_VM(element.tag) == "1"
        return single and element.VM == 1 and element.VR in _REGION_VRS

    items = []
    for source in value:
        item = Dataset()
        for element in source:
            if element.tag.group == 0x0018 and 0x6012 <= element.tag.element <= 0x605A and one_number(element):
                item.add_new(element.tag, element.VR, element.value)
        items.append(item)
    return Sequence(items)


def _as_it_is(_: str, value: Any) -> Any:
    return value


_COPIES: tuple[tuple[Any, Callable[[str, Any], Any]], ...] = (
    (TERMS, _terms),
    (NUMBERS, _numbers),
    (PALETTE, _as_it_is),
    ((POINTER,), _pointer),
    ((REGIONS,), _regions),
)
