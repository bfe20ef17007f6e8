"""The evidence that a de-identified copy carries, and its limits (PS3.3, C.7.1.1, C.7.6.1, C.12.1; PS3.15, E.3.1)."""

from __future__ import annotations

from typing import Any

from ledger_node.edge.attributes import EDITION
from ledger_node.edge.text import DETECTOR

#: What was really done, in the words of CID 7050.
CODES = {113100: "Basic Application Confidentiality Profile", 113101: "Clean Pixel Data Option"}

_HUMAN = "PS3.15, E.3.1 may require approval by a human: the sample that was looked at is stated under review."

#: What the attestation says of the pixels. (0028,0301) = NO rests on the makers' declaration, and this says so.
PIXEL_METHOD = (
    "Every pixel outside the regions that the device declared in (0018,6011) has one constant value, in every frame; "
    "this was checked on the written file. Pixels inside the declared regions are those of the decoded source. No text "
    "detection was done."
)
BURNED_IN = (
    "(0028,0301) is set to NO and 113101 is claimed because nothing is left outside the declared regions, where "
    "devices burn in identity. That a declared region itself holds no identifying text is assumed, not checked. "
    f"{_HUMAN}"
)

#: The same with text detection: there (0028,0301) = NO rests on the detector as well, and this says so.
PIXEL_METHOD_WITH_TEXT = (
    "In images that declare regions in (0018,6011) every pixel outside them has one constant value, in every frame. A "
    "detector looked for text in every frame. Where it found some inside the declared regions, or anywhere in an image "
    "that declares none, or the whole of itself, that area with a margin has the same value, in every frame. All other "
    "pixels are those of the decoded source. Both were checked on the written file, and the detector looked at every "
    "frame of it again: files in which it still found text are not kept."
)
BURNED_IN_WITH_TEXT = (
    "(0028,0301) is set to NO and 113101 is claimed because nothing is left outside the declared regions, and the "
    "detector named here finds no text in what is left. Of images that declare no region, or the whole of "
    f"themselves, nothing but the detector says so. What the text said was not read. {_HUMAN}"
)

_TEXT_STAYS = "Text or marks inside a declared region stay as they are."
_DETECTOR_MISSES = [
    "A detector misses text: small, dim, handwritten, or on a restless ground. What it misses stays, in an image "
    "without declared regions wherever it stands.",
    "Marks that are no text stay as they are.",
]
_OTHER_RISKS = [
    "A declared region that reaches beyond the image was cut at its edge. Such coordinates may belong to another size "
    "of the image, so that what was kept may not be what the device meant.",
    "Copies of one patient have one pseudonym, in all runs under one salt or one list, and so are known to belong "
    "together.",
    "The shape of a body part may itself be recognisable.",
]


def residual_risks(detect_text: bool) -> list[str]:
    return [*(_DETECTOR_MISSES if detect_text else [_TEXT_STAYS]), *_OTHER_RISKS]


def method(regions: bool, detect_text: bool, pseudonym: bool) -> list[str]:
    """(0012,0063) of one file, one step each, at most 64 characters (LO)."""
    steps = [f"dicom-anonymizer, PS3.15 {EDITION}, at every depth", "then a closed list of attributes to keep"]
    if regions:
        steps.append("pixels: declared ultrasound regions kept, all else blanked")
    else:
        steps.append("pixels: no ultrasound regions are declared")
    if detect_text:
        steps += [
            f"text detection in every frame ({DETECTOR}), areas found blanked",
            "no text found in the written pixels",
        ]
    else:
        steps.append("no text detection inside the declared regions")
    return [*steps, "patient id: replaced by a pseudonym"] if pseudonym else steps


def add_evidence(dataset: Any, method: list[str]) -> None:
    """Sets what the rule of entry asks for. Call it only after the pixels and the dates of the copy were checked.

    Dates and times are gone, so (0028,0303) is REMOVED; lengths of time between frames stay (Frame Time).
    """
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    items = []
    for code, meaning in CODES.items():
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = str(code), "DCM", meaning
        items.append(item)
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = method
    dataset.DeidentificationMethodCodeSequence = Sequence(items)
    dataset.BurnedInAnnotation = "NO"
    dataset.LongitudinalTemporalInformationModified = "REMOVED"
