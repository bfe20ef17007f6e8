"""All that a hospital knows of its patients' choices at one moment, and what follows for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ledger_node.domain.codes import Basis
from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.patients.consent import Said
from ledger_node.edge.patients.optouts import read_opt_outs
from ledger_node.edge.patients.reading import read_consents
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.errors import InvalidField

_NONE: frozenset[Said] = frozenset()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the choices are: an opt-out list, a file or folder of FHIR consents, or both.

    `basis` is CONSENT (only whom a consent permits enters) or NO_OBJECTION (all enter but who objects); the default is
    CONSENT where consents are given. Raises InvalidField for neither source, another basis, CONSENT without consents.
    """

    opt_outs: Path | None = None
    consents: Path | None = None
    release: Release = Release.R4
    basis: Basis | None = None

    def __post_init__(self) -> None:
        if self.opt_outs is None and self.consents is None:
            raise InvalidField("no patients' choices are given", got="neither list", needed="opt-outs or consents")
        if self.basis not in (None, Basis.CONSENT, Basis.NO_OBJECTION):
            raise InvalidField("the basis asks no patient", got="another basis", needed="CONSENT or NO_OBJECTION")
        if self.basis is Basis.CONSENT and self.consents is None:
            raise InvalidField("there is no consent to go by", got="opt-outs alone", needed="consents, or NO_OBJECTION")

    def read(self, at: datetime, limits: Limits | None = None) -> Choices:
        """The choices at a moment. Raises ChoicesUnreadable, EmptyFolder, InvalidField."""
        opted_out = frozenset() if self.opt_outs is None else read_opt_outs(self.opt_outs)
        said = {} if self.consents is None else read_consents(self.consents, self.release, at, limits)
        basis = self.basis or (Basis.NO_OBJECTION if self.consents is None else Basis.CONSENT)
        return Choices(basis, at, opted_out, said)


@dataclass(frozen=True, slots=True)
class Choices:
    """What patients chose, by local pseudonym, at the moment `checked_at`."""

    basis: Basis
    checked_at: datetime
    opted_out: frozenset[str] = field(default=frozenset(), repr=False)
    said: Mapping[str, frozenset[Said]] = field(default_factory=dict, repr=False)

    def reason_against(self, patient: str) -> Quarantine | None:
        """Why a patient's records stay out; None when they may enter. An empty pseudonym is nobody's: NO_PATIENT.

        The opt-out list comes first, then any consent that denies, then any that is unclear; on the basis CONSENT one
        must permit.
        """
        if not patient:
            return Quarantine.NO_PATIENT
        said = self.said.get(patient, _NONE)
        if patient in self.opted_out:
            return Quarantine.OPTED_OUT
        if Said.DENY in said:
            return Quarantine.CONSENT_DENIES
        if Said.UNCLEAR in said:
            return Quarantine.CONSENT_UNCLEAR
        if self.basis is Basis.CONSENT and Said.PERMIT not in said:
            return Quarantine.NO_CONSENT
        return None
