"""FHIR exports, patients' consents and opt-out lists, full of canaries: R4 and R5, ndjson, packed, Bundles."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from tests.integration.privacy.canaries import Canaries
from tests.unit.edge.fhir.resources import Resource, alanine, bundle, changed, dumped, ndjson, pressure, ultrasound
from tests.unit.edge.patients.consents import consent_r4, consent_r5

PATIENTS = 40


def pseudonym(canaries: Canaries, kind: str, number: int) -> str:
    """The hospital's own code for a person; it is to stay in the hospital as well."""
    return f"{canaries.word(f'{kind}: pseudonym')}-{number:02}"


def narrated(resource: Resource, canaries: Canaries, kind: str) -> Resource:
    """A resource as a hospital's server gives it: whatever the standard lets it carry."""

    def word(place: str) -> str:
        return canaries.word(f"{kind}: {place}")

    name = {"resourceType": "Patient", "id": "a", "name": [{"family": word("contained name")}]}
    for path, value in {
        "id": f"{word('resource id')}-{resource['id']}",
        "meta": {"source": f"urn:{word('meta')}", "tag": [{"display": word("tag")}]},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{word("narrative")}</div>'},
        "identifier": [{"value": canaries.number(f"{kind}: identifier")}],
        "subject.display": word("subject"),
        "note": [{"text": word("note")}],
        "extension": [{"url": f"https://{word('extension url')}.example", "valueString": word("extension")}],
        "contained": [name],
        "performer": [{"display": word("performer")}],
    }.items():
        resource = changed(resource, path, value)
    if resource["resourceType"] == "Observation":
        day = canaries.date(f"{kind}: effective date")
        resource = changed(resource, "effectiveDateTime", f"{day.isoformat()}T10:11:12+01:00")
        resource = changed(resource, "code.text", word("code text"))
    else:
        resource = changed(resource, "description", word("description"))
        resource = changed(resource, "series.0.uid", f"1.2.826.0.1.{canaries.number(f'{kind}: series UID')}")
    return resource


def person(canaries: Canaries, kind: str, number: int) -> Resource:
    made = {
        "resourceType": "Patient",
        "id": pseudonym(canaries, kind, number),
        "name": [{"family": f"{canaries.word(f'{kind}: family name')}-{number}", "given": ["Jana"]}],
        "telecom": [{"system": "phone", "value": f"+49 {canaries.number(f'{kind}: telephone')}"}],
        "address": [{"city": canaries.word(f"{kind}: city")}],
    }
    return {**made, "birthDate": canaries.date(f"{kind}: birth date").isoformat()}


def broken(canaries: Canaries, kind: str) -> Iterable[Resource | str]:
    """What cannot enter: a wrong code, a name in place of a reference, no JSON, a name that is there twice."""
    yield changed(alanine(901), "status", canaries.word(f"{kind}: wrong code"))
    yield changed(alanine(902), "subject", {"reference": f"https://{canaries.word(f'{kind}: wrong reference')}/1"})
    yield changed(alanine(903), "valueQuantity.value", canaries.word(f"{kind}: wrong number"))
    yield f'{{"resourceType": "Observation", "id": "{canaries.word(f"{kind}: cut line")}"'
    yield f'{{"resourceType": "Observation", "id": "a", "id": "{canaries.word(f"{kind}: double key")}"}}'


def export(folder: Path, canaries: Canaries, release: str) -> Path:
    """A bulk export, one file of it packed and one with what cannot be read, and a Bundle."""
    folder.mkdir()
    who = [pseudonym(canaries, release, number) for number in range(PATIENTS)]
    results = [narrated(alanine(n, one), canaries, release) for n, one in enumerate(who)]
    measured = [narrated(pressure(n, one), canaries, release) for n, one in enumerate(who)]
    studies = [narrated(ultrasound(release, n, one), canaries, release) for n, one in enumerate(who)]
    ndjson(folder / f"Observation.{canaries.word(f'{release}: file name')}.ndjson", *results)
    lines = "".join(f"{json.dumps(one)}\n" for one in measured)
    (folder / "Observation.001.ndjson.gz").write_bytes(gzip.compress(lines.encode()))
    whole = changed(bundle(*studies), "id", canaries.word(f"{release}: bundle id"))
    whole["entry"][0]["fullUrl"] = f"https://{canaries.word(f'{release}: full URL')}/ImagingStudy/1"
    dumped(folder / "ImagingStudy.json", whole)
    ndjson(folder / "Patient.ndjson", *(person(canaries, release, number) for number in range(PATIENTS)))
    ndjson(folder / "broken.ndjson", *broken(canaries, release))
    return folder


def consents(folder: Path, canaries: Canaries, release: str, but: int) -> Path:
    """The patients' own, which permit; but one, which denies."""
    kind = f"{release} consent"
    folder.mkdir()
    made = []
    for number in range(PATIENTS):
        who = pseudonym(canaries, release, number)
        if release == "R4":
            one = consent_r4(who, policy="OPTOUT" if number == but else "OPTIN")
        else:
            one = consent_r5(who, decision="deny" if number == but else "permit")
        one["id"] = f"{canaries.word(f'{kind}: id')}-{number}"
        one["text"] = {"status": "generated", "div": f"<div>{canaries.word(f'{kind}: narrative')}</div>"}
        one["identifier"] = [{"value": canaries.number(f"{kind}: identifier")}]
        made.append(one)
    ndjson(folder / f"Consent.{canaries.word(f'{kind}: file name')}.ndjson", *made)
    return folder


def opt_outs(path: Path, canaries: Canaries, kind: str, numbers: Iterable[int]) -> Path:
    path.write_text("patient\n" + "".join(f"{pseudonym(canaries, kind, number)}\n" for number in numbers))
    return path
