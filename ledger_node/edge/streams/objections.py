"""Patients who object to what a stream takes: the hospital's opt-out list, as it is while the stream runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ledger_node.edge.journal import state_of
from ledger_node.edge.patients.choices import Choices, Sources


class Objections:
    """The list at `path`, read at once and again whenever the file is another or was written to. Replace it by renaming
    a new one over it: half a list may be one. Raises ChoicesUnreadable."""

    def __init__(self, path: Path) -> None:
        self._sources = Sources(opt_outs=path)
        self._path = path
        self._state = state_of(path)
        self._choices = self._read()

    def now(self) -> Choices:
        """Raises ChoicesUnreadable when it has gone or is no list any more: what came must wait."""
        state = state_of(self._path)
        if state != self._state:
            self._choices, self._state = self._read(), state
        return self._choices

    def _read(self) -> Choices:
        return self._sources.read(datetime.now(UTC))
