"""A list of patients who object: CSV with the one column `patient`, a local pseudonym in each row, UTF-8."""

from __future__ import annotations

from pathlib import Path

from ledger_node.edge.fhir.datatypes import pseudonym_of
from ledger_node.edge.patients.lists import BadList, bad_row, rows_of
from ledger_node.edge.patients.pseudonyms import PSEUDONYM
from ledger_node.errors import ChoicesUnreadable

COLUMN = "patient"


def read_opt_outs(path: Path) -> frozenset[str]:
    """The pseudonyms on a list: `abc`, or `Patient/abc` as FHIR refers to it. A list without rows is one.

    Raises ChoicesUnreadable, with the row's number and never what stands in it, for another column than `patient` (a
    list with names does not belong here), a row that is no pseudonym, and a file that is no CSV in UTF-8.
    """
    try:
        return frozenset(_pseudonym(cells, row) for row, cells in rows_of(path, (COLUMN,)))
    except BadList as bad:
        raise ChoicesUnreadable(
            "the opt-out list cannot be read", got=str(bad), needed=f"CSV in UTF-8 with the column {COLUMN}"
        ) from None


def _pseudonym(cells: list[str], row: int) -> str:
    (spelled,) = cells
    found = pseudonym_of({"reference": spelled}) if "/" in spelled else spelled
    if found is None or not PSEUDONYM.fullmatch(found):
        raise bad_row(row, cells)
    return found
