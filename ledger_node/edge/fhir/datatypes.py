"""FHIR's data types as the policy wants them: codes of public code systems, numbers, references inside the export."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger_node.edge.fhir.forms import DATE_TIME, DECIMAL, INTEGER, OUT, Form, Group, Many, Notes, Simple, matching
from ledger_node.edge.quarantine import Quarantine

_PLAIN = r"[A-Za-z0-9][A-Za-z0-9._+/:\-]{0,39}"

#: Public code systems by the beginning of their URI, with the form of their codes (terminologies-systems.html). A
#: hospital's own system could hold names; what is not listed is a local code.
SYSTEMS = {
    "http://loinc.org": r"\d{1,7}-\d|L[AGLP]\d{1,7}-\d",
    "http://snomed.info/sct": r"\d{6,18}",
    "http://unitsofmeasure.org": r"[!-~]{1,40}",
    "http://dicom.nema.org/resources/ontology/DCM": r"[A-Z]{2,16}|\d{4,8}",
    "http://www.radlex.org": r"RID\d{1,8}|RPID\d{1,8}",
    "http://terminology.hl7.org/CodeSystem/": _PLAIN,
    "http://hl7.org/fhir/": _PLAIN,
    "http://www.nlm.nih.gov/research/umls/rxnorm": r"\d{1,8}",
    "http://www.whocc.no/atc": r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?",
    "http://fhir.de/CodeSystem/": _PLAIN,
    "urn:iso:std:iso:11073:10101": r"\d{1,10}|[A-Z][A-Z0-9_]{1,63}",
    "urn:ietf:rfc:3986": r"urn:oid:1\.2\.840\.10008(\.\d{1,10}){1,12}",  # DICOM's own UIDs: SOP classes
}
_SYSTEMS = {uri: re.compile(pattern, re.ASCII) for uri, pattern in SYSTEMS.items()}


def is_public(system: Any, code: Any) -> bool:
    """Whether a code has the form of its system's codes, and the system is a public one."""
    if not isinstance(system, str) or not isinstance(code, str):
        return False
    for uri, pattern in _SYSTEMS.items():
        if system == uri or (uri.endswith("/") and system.startswith(uri)):
            return bool(pattern.fullmatch(code))
    return False


def _coding(value: Any, notes: Notes) -> Any:
    left = _CODING.keep(value, notes)
    if left is None:
        return None
    if not is_public(left.get("system"), left.get("code")):
        notes.removed.add(Quarantine.LOCAL_CODE)
        return None
    return left


def _any_text(value: Any, notes: Notes) -> Any:
    return value if isinstance(value, str) and value else notes.malformed()


_TEXT = Simple("string", _any_text)
_CODING = Group(
    {
        "system": matching("uri", r"[!-~]{1,200}"),
        "version": matching("string", r"[A-Za-z0-9._:/\-]{1,80}"),
        "code": _TEXT,
        "userSelected": Simple("boolean", lambda value, notes: value if isinstance(value, bool) else notes.malformed()),
    }
)
CODING = Simple("Coding of a public code system", _coding)
CONCEPT = Group({"coding": Many(CODING)}, needed=("coding",))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured amount. `unit` repeats `code` or goes; where there is no code, the number means nothing without it."""

    comparators: tuple[str, ...]

    def keep(self, value: Any, notes: Notes) -> Any:
        left = _QUANTITY.keep(value, notes)
        if left is None:
            return None
        comparator, unit, system = left.get("comparator"), left.pop("unit", None), left.get("system")
        if comparator is not None and comparator not in self.comparators:
            notes.refused.add(Quarantine.UNKNOWN_CODE)
        if "code" in left and not is_public(system, left["code"]):
            notes.refused.add(Quarantine.LOCAL_CODE)
        if unit is not None and unit == left.get("code"):
            left["unit"] = unit
        elif unit is not None:
            (notes.removed if "code" in left else notes.refused).add(Quarantine.FREE_TEXT)
        return left

    def lines(self, path: str) -> Iterator[str]:
        yield f"{path}: Quantity, comparator {'|'.join(self.comparators)}, a code of a public system, unit as its code"


_QUANTITY = Group(
    {
        "value": DECIMAL,
        "comparator": _TEXT,
        "unit": _TEXT,
        "system": matching("uri", r"[!-~]{1,200}"),
        "code": _TEXT,
    }
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to another resource of the export: `Type/id`.

    That the id of a Patient is a pseudonym is the hospital's word: its form cannot show it. A URL, a business
    identifier, a version and a display are no local pseudonym. Neither is a Bundle's `urn:uuid:`: it names a patient
    in that Bundle alone, so that an objection in another file would miss the record.
    """

    types: tuple[str, ...]

    def keep(self, value: Any, notes: Notes) -> Any:
        if not isinstance(value, dict):
            return notes.malformed()
        for name in value.keys() - {"reference", "type"}:
            (notes.refused if name == "modifierExtension" else notes.removed).add(
                OUT.get(name, Quarantine.ELEMENT_NOT_ALLOWED)
            )
        if pseudonym_of(value, self.types) is None or value.get("type", self.types[0]) not in self.types:
            notes.removed.add(Quarantine.FOREIGN_REFERENCE)
            return None
        return {"reference": value["reference"]}

    def lines(self, path: str) -> Iterator[str]:
        yield f"{path}: reference to {'|'.join(self.types)} in the export"


_LOCAL = re.compile(r"([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})", re.ASCII)


def pseudonym_of(value: Any, types: tuple[str, ...] = ("Patient",)) -> str | None:
    """The local pseudonym in a Reference to one of `types`: the id of `Type/id`. Else None."""
    spelled = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(spelled, str):
        return None
    found = _LOCAL.fullmatch(spelled)
    return found[2] if found and found[1] in types else None


def quantities(comparators: tuple[str, ...]) -> dict[str, Form]:
    """The data types that are made of quantities, by FHIR's name."""
    quantity = Quantity(comparators)
    return {
        "Quantity": quantity,
        "Range": Group({"low": quantity, "high": quantity}),
        "Ratio": Group({"numerator": quantity, "denominator": quantity}, needed=("numerator", "denominator")),
    }


def sampled(timing: dict[str, Form], origin: Form) -> Group:
    """SampledData: a trace, such as an ECG's. R4 times it by `period`, R5 by `interval` and its unit."""
    parts = {
        "origin": origin,
        **timing,
        "factor": DECIMAL,
        "lowerLimit": DECIMAL,
        "upperLimit": DECIMAL,
        "dimensions": INTEGER,
        "data": matching("decimals, E, U and L", r"[0-9EeULul+\-. ]+"),
    }
    return Group(parts, needed=("origin", "dimensions", *timing))


PERIOD = Group({"start": DATE_TIME, "end": DATE_TIME})
