"""Pseudonyms for copies of images: what stands in (0010,0020) where the original had the hospital's own patient id."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ledger_node.edge.patients.lists import BadList, bad_row, rows_of
from ledger_node.errors import InvalidTable, StateConflict

#: The form of a pseudonym, in images, tables and lists. A name (Doe^Jane) has none of it.
PSEUDONYM = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
COLUMNS = ("patient", "pseudonym")

DERIVED = (
    "kept in (0010,0020): p- and 80 bits of HMAC-SHA256 over the original patient id, with its issuer where there is "
    "one, under a key of its own drawn from the run's salt, which is not stored; no id, no pseudonym"
)
LISTED = "kept in (0010,0020): the hospital's own, by its list of original patient ids; no id, no pseudonym"

# No UID is hashed to this key: the first byte is none that encoded text can hold.
_PURPOSE = b"\xffmedledger pseudonyms of patients/1"


class Identity(NamedTuple):
    """A patient in an original: (0010,0020) and (0010,0021), its issuer; empty where there is none."""

    patient: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """How a run names patients: by a key, or by the hospital's list where there is one."""

    key: bytes = field(repr=False)
    listed: Mapping[str, str] | None = field(default=None, repr=False)

    @classmethod
    def under(cls, salt: bytes, listed: Mapping[str, str] | None = None) -> Pseudonyms:
        """By the salt, or by a list as `read_list` gives it."""
        return cls(hmac.digest(salt, _PURPOSE, hashlib.sha256), listed)

    @property
    def rule(self) -> str:
        """What the attestation says of it."""
        return DERIVED if self.listed is None else LISTED

    def of(self, identity: Identity) -> str | None:
        """The pseudonym of a patient, empty for nobody's; None when the list does not name the patient."""
        if not identity.patient:
            return ""
        if self.listed is not None:
            return self.listed.get(identity.patient)
        patient, issuer = (text.encode(errors="surrogatepass") for text in identity)
        drawn = hmac.digest(self.key, len(patient).to_bytes(4) + patient + issuer, hashlib.sha256)
        return "p-" + base64.b32encode(drawn[:10]).decode().lower()


def read_list(path: Path) -> dict[str, str]:
    """Pseudonyms by original patient id. Several ids of one person may have one pseudonym.

    Raises InvalidTable, with the row's number and never what stands in it, for what is no pseudonym, an id with two of
    them or none, and a pseudonym that is an id of the list: it would carry the id into the copies.
    """
    found: dict[str, str] = {}
    rows: dict[str, int] = {}
    try:
        for row, cells in rows_of(path, COLUMNS):
            patient, pseudonym = cells
            if not patient or not PSEUDONYM.fullmatch(pseudonym) or found.get(patient, pseudonym) != pseudonym:
                raise bad_row(row, cells)
            found[patient] = pseudonym
            rows[pseudonym] = row
        if told := rows.keys() & found.keys():
            raise BadList(f"row {min(rows[pseudonym] for pseudonym in told)}: a patient id of the list as a pseudonym")
    except BadList as bad:
        needed = "CSV in UTF-8 with the columns patient,pseudonym: one pseudonym for an id, itself no id"
        raise InvalidTable("the list of pseudonyms cannot be read", got=str(bad), needed=needed) from None
    return found


def table(known: Iterable[tuple[Identity, str]]) -> bytes:
    """The key between patients and pseudonyms, as CSV: for whoever keeps such keys in the hospital."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow((*Identity._fields, "pseudonym"))
    rows.writerows(sorted((*identity, pseudonym) for identity, pseudonym in known))
    return text.getvalue().encode(errors="surrogatepass")


def require_place(path: Path, *apart: Path) -> None:
    """Raises StateConflict unless `path` can be a new file that lies in none of these folders."""
    if path.is_symlink() or path.exists():
        raise StateConflict("the file for the key is there already", got="a file", needed="a new file")
    if not path.parent.is_dir():
        raise StateConflict("the file for the key has no place", got="no folder", needed="a file in a folder")
    if any(path.resolve().is_relative_to(folder.resolve()) for folder in apart):
        raise StateConflict("the key would lie beside the images", got="a file inside", needed="another place")
