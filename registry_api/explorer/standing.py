"""How a consent stands, in one word: its state, or that its term has ended, of which its log says nothing."""

from __future__ import annotations

from ledger_node.domain.codes import ConsentState
from ledger_node.domain.consent import Consent
from registry_api.explorer.languages import Texts
from registry_api.schemas.consent import ConsentFacts

ENDED = "ENDED"
#: In the order in which they are counted.
STANDINGS = (*(state.name for state in ConsentState), ENDED)


def standing(one: ConsentFacts, now: str) -> str:
    """One of STANDINGS at a time (RFC 3339). An end takes nothing away from a suspension or a revocation."""
    return _standing(one.state, is_over=one.expires_at <= now)


def standing_at(one: Consent, time: int) -> str:
    """One of STANDINGS at a Unix time."""
    return _standing(one.state_at(time).name, is_over=one.terms.expires_at <= time)


def _standing(state: str, *, is_over: bool) -> str:
    return ENDED if is_over and state == ConsentState.ACTIVE.name else state


def told(name: str, t: Texts) -> str:
    """One of STANDINGS in words."""
    return t("consents.ended") if name == ENDED else t.code("ConsentState", name)
