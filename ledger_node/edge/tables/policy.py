"""Which columns may enter a dataset version, and as what. Names are judged here, values in `shapes` and `cells`.

By default a column is a feature: numbers, truth values, nothing. Words enter only as the label or in a column that the
steward declares a category; dates, and columns that sound like a direct identifier, only when the steward allows them
by name. So a column of names or free text stays out unless somebody says in writing that it is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ledger_node.edge.tables.faults import Fault, refused

MOST_COLUMNS = 2_000
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9 _./%()+-]{0,63}")

#: Words of column names that stand for direct identifiers: 45 CFR 164.514(b)(2)(i), the eighteen kinds.
IDENTIFIERS = frozenset(
    word
    for line in (
        "name names surname forename firstname lastname fullname maiden initials patient patientid patientname",
        "birth birthdate birthday dob dateofbirth date dates address street city town county zip zipcode postcode",
        "postal phone telephone mobile fax email mail ssn nhs mrn record account insurance policy beneficiary",
        "certificate licence license passport plate vehicle vin serial device imei mac ip url uri biometric photo",
        "fingerprint photograph iban id ids identifier uid uuid guid accession encounter",
    )
    for word in line.split()
)


class Role(Enum):
    """What a column is. A pseudonym is kept in the manifest alone: no digest, no card, no figure knows it."""

    FEATURE = "feature"
    LABEL = "label"
    CATEGORY = "category"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class Policy:
    """The steward's word on the columns, by name.

    `allow` are columns that sound or look like an identifier and are none; `categories` hold coded words;
    `quasi_identifiers` could single a person out together; `pseudonym` is the hospital's own code for the person.
    """

    label: str = "label"
    categories: frozenset[str] = frozenset()
    allow: frozenset[str] = frozenset()
    quasi_identifiers: frozenset[str] = frozenset()
    pseudonym: str | None = None

    def role_of(self, column: str) -> Role:
        if column == self.pseudonym:
            return Role.PSEUDONYM
        if column == self.label:
            return Role.LABEL
        return Role.CATEGORY if column in self.categories else Role.FEATURE

    def require_columns(self, names: Sequence[str]) -> None:
        """Raises InvalidTable for a header that may not enter, or that lacks a column named here."""
        if len(names) > MOST_COLUMNS:
            raise refused(
                Fault.TOO_MANY_COLUMNS, "too many columns", f"at most {MOST_COLUMNS} columns", got=f"{len(names)}"
            )
        for at, name in enumerate(names, start=1):
            if not _COLUMN.fullmatch(name):  # the first row of a table without a header would become public
                raise refused(Fault.IMPROPER_NAME, "a column has no proper name", "a header of plain names", column=at)
            if looks_identifying(name) and name not in self.allow and name != self.pseudonym:
                raise refused(
                    Fault.DIRECT_IDENTIFIER, "a column looks like a direct identifier", "features only", column=at
                )
        if len(set(names)) != len(names):
            at = next(at for at, name in enumerate(names, start=1) if name in names[: at - 1])
            raise refused(Fault.DUPLICATE_NAME, "two columns have one name", "different names", column=at)
        self._require_named(names)

    def _require_named(self, names: Sequence[str]) -> None:
        wanted = {"label": {self.label}, "category": self.categories, "quasi-identifier": self.quasi_identifiers}
        wanted["pseudonym"] = {self.pseudonym} if self.pseudonym is not None else set()
        for what, named in wanted.items():
            if named - set(names):
                got = f"{len(names)} columns"
                raise refused(Fault.COLUMN_MISSING, f"there is no such {what} column", "a column's name", got=got)
        if self.pseudonym is not None and self.pseudonym in {self.label, *self.categories, *self.quasi_identifiers}:
            raise refused(Fault.COLUMN_TWICE, "the pseudonym is something else too", "a column of its own")


def looks_identifying(column: str) -> bool:
    """Whether a column's name has a word that stands for a direct identifier (`patientId`, `DATE_OF_BIRTH`, `MRN`)."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", column)
    spelled = re.sub(r"[^a-z]", "", column.lower())
    return spelled in IDENTIFIERS or any(word.lower() in IDENTIFIERS for word in words)
