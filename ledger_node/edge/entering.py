"""Whether what was read enters a version, by what the file itself does not know: its run and its patient's choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from ledger_node.edge.deidentified import Run
from ledger_node.edge.patients.choices import Choices
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import NothingEligible


class Seen(Protocol):
    """A file or a record that was looked at: a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def reasons(self) -> tuple[Quarantine, ...]: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def patient(self) -> str: ...


S = TypeVar("S", bound=Seen)


def entering(seen: S, run: Run | None, choices: Choices | None) -> S:
    """The same, with the reason why it stays out after all."""
    if seen.reasons:
        return seen
    if run is not None and seen.digest not in run.records:
        return replace(seen, reasons=(Quarantine.NOT_OF_THIS_RUN,))
    against = None if choices is None else choices.reason_against(seen.patient)
    return seen if against is None else replace(seen, reasons=(against,))


def nothing_eligible(quarantined: Mapping[str, tuple[Quarantine, ...]]) -> NothingEligible:
    """The error for a source of which nothing may enter: counts by reason, and the names for the steward's eyes."""
    counts = Counter(reason.value for reasons in quarantined.values() for reason in reasons)
    told = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
    error = NothingEligible("no file may enter", got=told, needed="de-identified files", counts=dict(counts))
    error.quarantined = {name: [reason.value for reason in reasons] for name, reasons in quarantined.items()}
    return error
