"""Reading FHIR consents: the child judges each one, the parent learns whose it is and what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ledger_node.edge.fhir.datatypes import pseudonym_of
from ledger_node.edge.fhir.parsing import Broken, Resource
from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.fhir.reading import Answer, batch
from ledger_node.edge.fhir.source import Progress, read_entries
from ledger_node.edge.patients.consent import Said, said
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.errors import ChoicesUnreadable


def consents(path: str, at: int, most: int, release: str, moment: str) -> Answer:
    """The child's task: of each Consent its patient and what it says at `moment` (RFC 3339)."""
    when = datetime.fromisoformat(moment)

    def judged(resource: Resource) -> Answer:
        if resource["resourceType"] != "Consent":
            raise Broken(Quarantine.OTHER_RESOURCE)
        patient = pseudonym_of(resource.get("patient" if release == Release.R4 else "subject"))
        if patient is None:
            raise Broken(Quarantine.NO_PATIENT)
        return {"reasons": [], "patient": patient, "said": said(resource, Release(release), when)}

    return batch(path, at, most, judged)


def read_consents(
    source: Path,
    release: Release,
    at: datetime,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Mapping[str, frozenset[Said]]:
    """What the consents in a file or folder say at a moment, by the patient's local pseudonym.

    Other resources are passed over. A consent that cannot be read, or names no patient by pseudonym, may be anybody's
    objection, so that nothing can be decided without it: raises ChoicesUnreadable with the reasons by entry in
    `quarantined`. EmptyFolder, InvalidField as `read_entries`.
    """
    found: defaultdict[str, set[Said]] = defaultdict(set)
    spoilt: dict[str, tuple[str, ...]] = {}
    arguments: dict[str, Any] = {"release": release.value, "moment": at.isoformat()}
    for name, entry in read_entries(source, "fhir_consents", arguments, limits, progress):
        reasons = tuple(str(Quarantine(reason)) for reason in entry["reasons"])
        if not reasons:
            found[entry["patient"]].add(Said(entry["said"]))
        elif reasons != (Quarantine.OTHER_RESOURCE,):
            spoilt[name] = reasons
    if spoilt:
        error = ChoicesUnreadable(
            "consents cannot be read, and one of them may be an objection",
            got=f"{len(spoilt)} entries",
            needed="files of FHIR consents that name their patients as Patient/pseudonym",
        )
        error.quarantined = spoilt
        raise error
    return {patient: frozenset(said_) for patient, said_ in found.items()}
