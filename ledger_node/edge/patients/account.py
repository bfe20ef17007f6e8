"""What an attestation says in public of how patients' choices were applied: which, when, by what rule."""

from __future__ import annotations

from datetime import datetime

from ledger_node.edge.attestation import rfc3339
from ledger_node.edge.card import whole_seconds
from ledger_node.edge.patients.choices import Choices, Sources
from ledger_node.edge.worker import Limits
from ledger_node.errors import InvalidField
from ledger_node.proof.strict_json import Json

RULE = "a deny overrides a permit; an unknown code excludes; inactive and entered in error never permit"


def checked(
    sources: Sources | None, said_at: datetime | None, now: datetime, limits: Limits | None = None
) -> tuple[Choices | None, datetime | None]:
    """The choices at `now`, and the time for `optOutCheckedAt`: now when they are applied here, else what was said.

    Raises InvalidField when both are given, for a time that `whole_seconds` refuses; what `Sources.read` raises.
    """
    if sources is None:
        return None, whole_seconds(said_at, now)
    if said_at is not None:
        raise InvalidField("the check is made here and now", got="a time as well", needed="the lists alone")
    return sources.read(now, limits), whole_seconds(now, now)


def account(sources: Sources | None, choices: Choices | None) -> Json:
    """The attestation's `patients`; None where no choices were applied."""
    if sources is None or choices is None:
        return None
    given: list[Json] = ["opt-out list"] if sources.opt_outs is not None else []
    if sources.consents is not None:
        given.append(f"FHIR {sources.release.version} Consent")
    return {
        "basis": choices.basis.name,
        "sources": given,
        "rule": RULE,
        "checkedAt": rfc3339(choices.checked_at),
    }
