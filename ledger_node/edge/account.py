"""What a de-identification run says of itself in public: no name, no value, no small number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger_node.edge import attestation as attest
from ledger_node.edge import evidence, text
from ledger_node.edge.attributes import EDITION, rules_digest
from ledger_node.edge.quarantine import Quarantine
from ledger_node.proof.strict_json import Json

FORMAT = "medledger-deidentification/1"
TOOLS = ("dicom-anonymizer", "pydicom", "pillow", "numpy")


@dataclass(slots=True)
class Tally:
    """What the regions of the written files came to, and the text in them."""

    regions: int = 0
    clipped: int = 0
    outside: int = 0
    whole: int = 0
    with_text: int = 0
    areas: int = 0

    def add(self, answer: Mapping[str, int]) -> None:
        self.regions += answer["declared"]
        self.clipped += answer["clipped"]
        self.outside += answer["outside"]
        self.whole += answer["whole"]
        self.with_text += answer["areas"] > 0
        self.areas += answer["areas"]


def tools(detect_text: bool) -> list[Json]:
    """What a run uses besides this software."""
    return [attest.tool(name) for name in ((*TOOLS, *text.DISTRIBUTIONS) if detect_text else TOOLS)]


def account(
    came: int,
    written: int,
    quarantined: Mapping[str, tuple[Quarantine, ...]],
    tally: Tally,
    pseudonyms: str,
    detect_text: bool,
    start: datetime,
    end: datetime,
) -> dict[str, Json]:
    risks: list[Json] = list(evidence.residual_risks(detect_text))
    return {
        "format": FORMAT,
        "tools": [attest.own_tool(), *tools(detect_text)],
        "edition": f"PS3.15 {EDITION}",
        "rulesDigest": rules_digest(),
        "options": list(evidence.CODES),
        "dates": "removed: no date and no time is kept; (0028,0303) is REMOVED; times between frames are kept",
        "uids": "replaced: 2.25 UIDs from a keyed hash, consistent inside the run, the key not stored",
        "pseudonyms": pseudonyms,
        "privateTags": "removed, at every depth",
        "freeText": "removed: no attribute with free text is kept",
        "pixels": {
            "method": evidence.PIXEL_METHOD_WITH_TEXT if detect_text else evidence.PIXEL_METHOD,
            "burnedInAnnotation": evidence.BURNED_IN_WITH_TEXT if detect_text else evidence.BURNED_IN,
            "regions": _told(tally.regions),
            "regionsCutAtTheEdge": _told(tally.clipped),
            "regionsOutsideTheImage": _told(tally.outside),
            "textDetection": _detection(tally) if detect_text else None,
        },
        "residualRisks": risks,
        "counts": attest.counts(came, written, quarantined.values()),
        "start": attest.rfc3339(start),
        "end": attest.rfc3339(end),
        "outcome": "COMPLETED" if written else "NOTHING_WRITTEN",
    }


def _detection(tally: Tally) -> Json:
    return {
        "detector": f"{text.DETECTOR}, text detection without recognition",
        "model": text.model().name,
        "modelDigest": text.model_digest(),
        "settings": {name: str(value) for name, value in text.SETTINGS.items()},
        "shorterSide": text.SHORTER_SIDE,
        "frames": "every frame, of the source and of the written file",
        "control": f"{text.LINES} lines of known text below every frame, of which it had to find each",
        "imagesWithTextFound": _told(tally.with_text),
        "areasBlanked": _told(tally.areas),
        "imagesThatRestOnItAlone": _told(tally.whole),
    }


def _told(count: int) -> Json:
    return attest.counted(count) if count else "NONE"
