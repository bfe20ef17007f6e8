"""The task of the child process: a table opened once, then batch after batch of record digests.

What goes back to the parent is digests, pseudonyms of a checked form, counts, column names that passed the policy, and
a refusal's own words: nothing else of the file.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from ledger_node.edge.tables import cells, groups
from ledger_node.edge.tables.cells import Column
from ledger_node.edge.tables.policy import Policy, Role
from ledger_node.edge.tables.rows import Cells, record_digests
from ledger_node.edge.tables.sources import Source, open_source
from ledger_node.errors import InvalidTable


class Reading:
    """One table on its way."""

    def __init__(self, path: str, policy: Policy) -> None:
        self.source: Source = open_source(path)
        self.close = self.source.close
        self.names = self.source.names
        try:
            policy.require_columns(self.names)
        except InvalidTable:
            self.close()
            raise
        self._columns = [
            Column(at, policy.role_of(name), name in policy.allow) for at, name in enumerate(self.names, start=1)
        ]
        self._quasi = [name in policy.quasi_identifiers for name in self.names]
        self._groups = groups.Groups()
        self._done = 0
        self._batches: Iterator[list[Any]] = self.source.batches(self._columns)

    def next(self) -> dict[str, Any]:
        """The next batch's digests in base64 and its pseudonyms; no digests at the end of the table."""
        try:
            for batch in self._batches:
                if len(batch[0]):
                    return self._digested(batch)
        except InvalidTable:
            self.close()
            raise
        self.close()
        return {"digests": "", "pseudonyms": [], "rows": self._done}

    def figures(self, out: list[int]) -> dict[str, Any]:
        """For the private report: groups of the rows that are not `out`, words of all."""
        worded = {
            name: groups.small_cells(column.words)
            for name, column in zip(self.names, self._columns, strict=True)
            if column.words
        }
        return {"groups": self._groups.figures(out), "words": worded}

    def _digested(self, batch: list[Any]) -> dict[str, Any]:
        names: list[str] = []
        found: list[Cells] = []
        quasi: list[Cells] = []
        pseudonyms: list[str] = []
        for name, column, values, grouped in zip(self.names, self._columns, batch, self._quasi, strict=True):
            if column.role is Role.PSEUDONYM:
                if self.source.spelled:
                    values = cells.trimmed(values, column, self._done)
                pseudonyms = cells.pseudonyms(values, column, self._done)
                continue
            made = (cells.spelled if self.source.spelled else cells.typed)(values, column, self._done)
            names.append(name)
            found.append(made)
            if grouped:
                quasi.append(made)
        if quasi:
            self._groups.add(quasi)
        self._done += len(batch[0])
        digests = base64.b64encode(record_digests(names, found)).decode()
        return {"digests": digests, "pseudonyms": pseudonyms, "rows": self._done}


_open: list[Reading] = []


def begin(path: str, policy: dict[str, Any]) -> dict[str, Any]:
    """Opens a table: its columns' names and, where known, how many rows there will be."""
    import pyarrow as pa

    pa.set_cpu_count(1)  # the memory limit counts each thread's pool
    pa.set_memory_pool(pa.system_memory_pool())
    _open.clear()
    sets = {name: frozenset(policy[name]) for name in ("categories", "allow", "quasi_identifiers")}
    try:
        reading = Reading(path, Policy(label=policy["label"], pseudonym=policy["pseudonym"], **sets))
    except InvalidTable as refusal:
        return told(refusal)
    _open.append(reading)
    return {"names": list(reading.names), "rows": reading.source.rows}


def proceed() -> dict[str, Any]:
    """The next batch."""
    try:
        return _open[0].next()
    except InvalidTable as refusal:
        return told(refusal)


def end(out: list[int]) -> dict[str, Any]:
    """The figures; the rows at the places `out`, from 0, do not enter."""
    return _open[0].figures(out)


def told(refusal: InvalidTable) -> dict[str, Any]:
    return {"refused": {"detail": refusal.detail, "got": refusal.got, "needed": refusal.needed, "facts": refusal.facts}}
