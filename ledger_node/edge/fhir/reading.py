"""The child's tasks on FHIR files: some entries at a time, judged, and of each only what the parent may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ledger_node.edge.attributes import fresh_uid
from ledger_node.edge.fhir.canonical import canonical, record_digest
from ledger_node.edge.fhir.datatypes import pseudonym_of
from ledger_node.edge.fhir.entries import Entry, entries_from, keep_open
from ledger_node.edge.fhir.forms import Notes
from ledger_node.edge.fhir.parsing import Broken, Resource
from ledger_node.edge.fhir.policy import Dates, Release, judge
from ledger_node.edge.quarantine import Quarantine

LARGEST_ANSWER = 8 << 20  # characters of copies in one answer; one copy may be larger

Answer = dict[str, Any]


def records(path: str, at: int, most: int, release: str, dates: str) -> Answer:
    """Entries `at` and on, at most `most`: the reasons against each, or its digest, reference, patient and modalities.

    Answers `{"entries": [...], "done": bool}`, or `{"broken": reason}` for a file that cannot be read at all.
    """

    def checked(resource: Resource) -> Answer:
        judged = judge(resource, Release(release), Notes(years_only=Dates(dates) is Dates.REMOVED))
        reasons = judged.removed | judged.refused
        return {"reasons": sorted(reasons)} if reasons else _record(resource)

    return batch(path, at, most, checked)


def copies(path: str, at: int, most: int, release: str, salt: str) -> Answer:
    """As `records`, of a copy of each resource without what the policy forbids: `copy` is its canonical form.

    DICOM UIDs are replaced under the salt (hex), as those of images are. What was `removed` is told by reason.
    """

    def cleaned(resource: Resource) -> Answer:
        notes = Notes(years_only=True, fresh_uid=partial(fresh_uid, bytes.fromhex(salt)))
        judged = judge(resource, Release(release), notes)
        if judged.refused:
            return {"reasons": sorted(judged.removed | judged.refused)}
        kept = {name: value for name, value in judged.kept.items() if name != "meta"}
        again = judge(kept, Release(release), Notes())
        if again.removed or again.refused:  # what was written must pass the check of `records`
            return {"reasons": [Quarantine.DEIDENTIFICATION_FAILED]}
        return {**_record(kept), "copy": canonical(kept).decode(), "removed": sorted(judged.removed)}

    return batch(path, at, most, cleaned)


def batch(path: str, at: int, most: int, judged: Callable[[Resource], Answer]) -> Answer:
    """Runs `judged` over entries of a file. What it raises over one of them is that one's UNREADABLE."""
    answers: list[Answer] = []
    size = 0
    try:
        entries = entries_from(path, at)
        for entry in entries:
            answers.append(_answer(entry, judged))
            size += len(answers[-1].get("copy", ""))
            if len(answers) >= most or size > LARGEST_ANSWER:
                keep_open(path, at + len(answers), entries)
                return {"entries": answers, "done": False}
    except Broken as broken:
        return {"broken": broken.reason}
    except (OSError, EOFError):  # a spoilt gzip: what came before it was whole
        return {"entries": answers, "done": True, "broken": Quarantine.UNREADABLE}
    return {"entries": answers, "done": True}


def _answer(entry: Entry, judged: Callable[[Resource], Answer]) -> Answer:
    if isinstance(entry, Broken):
        return {"reasons": [entry.reason]}
    try:
        return judged(entry)
    except Broken as broken:
        return {"reasons": [broken.reason]}
    except MemoryError:
        raise
    except Exception:  # whatever it is, the entry is what broke it
        return {"reasons": [Quarantine.UNREADABLE]}


def _record(resource: Resource) -> Answer:
    return {
        "reasons": [],
        "digest": record_digest(resource).hex(),
        "reference": f"{resource['resourceType']}/{resource['id']}",
        "patient": pseudonym_of(resource["subject"]),
        "modalities": sorted(_modalities(resource)),
    }


def _modalities(resource: Resource) -> set[str]:
    """DICOM's terms of an imaging study; OBSERVATION for an observation."""
    if resource["resourceType"] == "Observation":
        return {"OBSERVATION"}
    series = [one["modality"] for one in resource.get("series", [])]
    found = set()
    for given in (*resource.get("modality", []), *series):
        found |= {coding["code"] for coding in given.get("coding", [given])}
    return {code for code in found if code.isalpha()} or {"OTHER"}
