"""Forms of FHIR elements: what a policy is built of. A form keeps of a value what may stay, and notes why the rest not.

Whoever asks decides what a note means. As a check, any note keeps the resource out; as a cleaning, what was `removed`
is gone from what is returned, and only what was `refused` keeps the resource out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from ledger_node.edge.quarantine import Quarantine


@dataclass(slots=True)
class Notes:
    """What was found in one resource.

    `years_only` tells whether dates more precise than the year are removed. `fresh_uid` gives a DICOM UID its
    replacement; None where UIDs are checked and not replaced.
    """

    years_only: bool = True
    fresh_uid: Callable[[str], str] | None = None
    removed: set[Quarantine] = field(default_factory=set)
    refused: set[Quarantine] = field(default_factory=set)

    def malformed(self) -> None:
        self.refused.add(Quarantine.MALFORMED_ELEMENT)


class Form(Protocol):
    def keep(self, value: Any, notes: Notes) -> Any:
        """What of a JSON value may stay; None when nothing does."""

    def lines(self, path: str) -> Iterator[str]:
        """The form as lines of a rule book, one for each path below `path`."""


@dataclass(frozen=True, slots=True)
class Simple:
    """An element without parts. `name` stands in the rule book."""

    name: str
    check: Callable[[Any, Notes], Any]

    def keep(self, value: Any, notes: Notes) -> Any:
        return self.check(value, notes)

    def lines(self, path: str) -> Iterator[str]:
        yield f"{path}: {self.name}"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one or more (FHIR has no empty lists and no nulls without extensions: json.html#list)."""

    of: Form

    def keep(self, value: Any, notes: Notes) -> Any:
        if not isinstance(value, list) or not value:
            return notes.malformed()
        kept = [left for left in (self.of.keep(one, notes) for one in value) if left is not None]
        return kept or None

    def lines(self, path: str) -> Iterator[str]:
        return self.of.lines(f"{path}[]")


@dataclass(frozen=True, slots=True)
class Group:
    """An element with parts. A part that is not named goes, for the reason that its name has in `OUT`.

    `needed` are parts without which nothing of the group stays; `choices` are beginnings of names of which at most one
    part may be there (value[x]: formats.html#choice).
    """

    parts: Mapping[str, Form]
    needed: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    out: Mapping[str, Quarantine] = field(default_factory=dict)

    def keep(self, value: Any, notes: Notes) -> Any:
        if not isinstance(value, dict) or not value:
            return notes.malformed()
        for choice in self.choices:
            if sum(name.startswith(choice) for name in value) > 1:
                notes.malformed()
        kept = {}
        for name, content in value.items():
            if name in self.parts:
                left = self.parts[name].keep(content, notes)
                if left is not None:
                    kept[name] = left
            else:
                self._note(name, notes)
        if any(name not in value for name in self.needed):
            notes.refused.add(Quarantine.INCOMPLETE)
        return kept if kept and all(name in kept for name in self.needed) else None

    def lines(self, path: str) -> Iterator[str]:
        for name, form in self.parts.items():
            yield from form.lines(f"{path}.{name}{'!' if name in self.needed else ''}")

    def _note(self, name: str, notes: Notes) -> None:
        reason = self.out.get(name) or OUT.get(name)
        if reason is None:
            reason = Quarantine.EXTENSION if name.startswith("_") else Quarantine.ELEMENT_NOT_ALLOWED
        (notes.refused if reason is Quarantine.MODIFIER_EXTENSION else notes.removed).add(reason)


#: Names that say why they go, wherever they stand.
OUT: Mapping[str, Quarantine] = {
    **dict.fromkeys(
        ("identifier", "name", "telecom", "address", "birthDate", "photo", "contact"), Quarantine.DIRECT_IDENTIFIER
    ),
    **dict.fromkeys(
        ("note", "description", "comment", "title", "display", "text", "valueString"), Quarantine.FREE_TEXT
    ),
    "extension": Quarantine.EXTENSION,
    "modifierExtension": Quarantine.MODIFIER_EXTENSION,  # extensibility.html#modifierExtension
    "implicitRules": Quarantine.MODIFIER_EXTENSION,  # resource.html#Resource: must be understood, too
    "contained": Quarantine.CONTAINED_RESOURCE,
}


def matching(name: str, pattern: str) -> Simple:
    """A string that is a pattern's, whole."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any, notes: Notes) -> Any:
        return value if isinstance(value, str) and compiled.fullmatch(value) else notes.malformed()

    return Simple(name, check)


def one_of(*codes: str) -> Simple:
    """A code of a required value set; `entered-in-error` is known and keeps the resource out."""

    def check(value: Any, notes: Notes) -> Any:
        if not isinstance(value, str):
            return notes.malformed()
        if value == "entered-in-error":
            notes.refused.add(Quarantine.ENTERED_IN_ERROR)
        elif value not in codes:
            notes.refused.add(Quarantine.UNKNOWN_CODE)
        return value

    return Simple("|".join(codes), check)


def _decimal(value: Any, notes: Notes) -> Any:
    return value if isinstance(value, Decimal) else notes.malformed()


def _integer(value: Any, notes: Notes) -> Any:
    whole = isinstance(value, Decimal) and value.as_tuple().exponent == 0 and abs(value) < 1 << 31
    return value if whole else notes.malformed()


def _boolean(value: Any, notes: Notes) -> Any:
    return value if isinstance(value, bool) else notes.malformed()


_DATE_TIME = re.compile(
    r"(\d{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d))?)?)?",
    re.ASCII,
)


def _date_time(value: Any, notes: Notes) -> Any:
    if not isinstance(value, str) or not (found := _DATE_TIME.fullmatch(value)):
        return notes.malformed()
    if not notes.years_only or len(value) == 4:
        return value
    notes.removed.add(Quarantine.EXACT_DATE)
    return found[1]


def _instant(value: Any, notes: Notes) -> Any:
    if not isinstance(value, str) or "T" not in value or not _DATE_TIME.fullmatch(value):
        return notes.malformed()
    if not notes.years_only:
        return value
    notes.removed.add(Quarantine.EXACT_DATE)  # an instant cannot be less precise, so nothing of it stays
    return None


_UID = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)


def _dicom_uid(value: Any, notes: Notes) -> Any:
    if not isinstance(value, str) or len(value) > 64 or not _UID.fullmatch(value):
        return notes.malformed()
    if not value.startswith("2.25."):
        notes.removed.add(Quarantine.ORIGINAL_UID)
    return value if notes.fresh_uid is None else notes.fresh_uid(value)


DECIMAL = Simple("decimal", _decimal)
INTEGER = Simple("integer", _integer)
BOOLEAN = Simple("boolean", _boolean)
DATE_TIME = Simple("dateTime, cut to the year", _date_time)
INSTANT = Simple("instant, gone where only years stay", _instant)
DICOM_UID = Simple("DICOM UID under 2.25", _dicom_uid)
ID = matching("id", r"[A-Za-z0-9\-.]{1,64}")
TIME = matching("time", r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?")
