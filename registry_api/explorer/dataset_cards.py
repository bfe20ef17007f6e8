"""What public documents say of a dataset, in words. Anything may stand in a card: what is no text is left out."""

from __future__ import annotations

from collections.abc import Sequence

from registry_api.questions.documents import Document

#: What is shown of a card, by the key of its text, with its place.
OF_CARD = {
    "description": "/description",
    "license": "/license",
    "kind": "/recordKind",
    "modalities": "/modalities",
    "columns": "/columns",
    "label": "/label",
    "source": "/origin/source",
    "years": "/origin/period",
    "devices": "/origin/devices",
    "collected_for": "/origin/purpose",
    "selection": "/origin/selection",
    "labelling": "/origin/labelling",
    "gaps": "/composition/gaps",
    "bias": "/composition/biasAnalysis",
    "grounds": "/legal/basis",
}
#: The same of a de-identification attestation.
OF_ATTESTATION = {
    "evidence": "/evidence",
    "tool": "/tools/0/name",
    "tool_version": "/tools/0/version",
    "sample": "/review/sampleChecked",
    "defects": "/review/defectsFound",
    "outcome": "/outcome",
    "ended": "/end",
}


def rows(document: Document, places: dict[str, str]) -> list[tuple[str, str]]:
    """The key of a text and what the document says at its place, where it says anything."""
    found = ((key, said(document, place)) for key, place in places.items())
    return [(key, text) for key, text in found if text]


def said(document: Document, place: str) -> str:
    """The words at a JSON pointer; empty when there are none."""
    found = document.at(place) if document.content is not None else None
    if isinstance(found, dict) and found.keys() <= {"from", "to"}:
        return "–".join(dict.fromkeys(str(year) for year in (found.get("from"), found.get("to")) if year))
    if isinstance(found, str | int):
        return str(found)
    if isinstance(found, Sequence):
        return ", ".join(one for one in found if isinstance(one, str))
    return ""
