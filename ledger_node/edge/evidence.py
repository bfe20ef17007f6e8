"""The evidence that a de-identified copy carries, and its limits (PS3.3, C.7.1.1, C.7.6.1, C.12.1; PS3.15, E.3.1)."""

from __future__ import annotations

from typing import Any

from ledger_node.edge.attributes import EDITION

#: What was really done, in the words of CID 7050.
CODES = {113100: "Basic Application Confidentiality Profile", 113101: "Clean Pixel Data Option"}

#: (0012,0063), one step each, at most 64 characters (LO).
METHOD = [
    f"dicom-anonymizer, PS3.15 {EDITION}, at every depth",
    "then a closed list of attributes to keep",
    "pixels: declared ultrasound regions kept, all else blanked",
    "no text detection inside the declared regions",
]

#: What the attestation says of the pixels. (0028,0301) = NO rests on the makers' declaration, and this says so.
PIXEL_METHOD = (
    "Every pixel outside the regions that the device declared in (0018,6011) has one constant value, in every frame; "
    "this was checked on the written file. Pixels inside the declared regions are those of the decoded source. No text "
    "detection was done."
)
BURNED_IN = (
    "(0028,0301) is set to NO and 113101 is claimed because nothing is left outside the declared regions, where "
    "devices burn in identity. That a declared region itself holds no identifying text is assumed, not checked. "
    "PS3.15, E.3.1 may require approval by a human: the sample that was looked at is stated under review."
)
RESIDUAL_RISKS = [
    "Text or marks inside a declared region stay as they are.",
    "A declared region that reaches beyond the image was cut at its edge. Such coordinates may belong to another size "
    "of the image, so that what was kept may not be what the device meant.",
    "The shape of a body part may itself be recognisable.",
]


def add_evidence(dataset: Any) -> None:
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
    dataset.DeidentificationMethod = METHOD
    dataset.DeidentificationMethodCodeSequence = Sequence(items)
    dataset.BurnedInAnnotation = "NO"
    dataset.LongitudinalTemporalInformationModified = "REMOVED"
