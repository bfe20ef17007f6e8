"""Proposals in words: what one would do, and what a vote takes, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from ledger_node.domain.codes import Capability, OrganisationStatus
from ledger_node.domain.organisation import Organisation, Thresholds
from registry_api.explorer.languages import Texts
from registry_api.explorer.text import short
from registry_api.schemas.proposal import About

WHOLE = 10_000  # what a threshold is a part of
DAY, HOUR = 24 * 3600, 3600


def values_of(t: Texts, about: About) -> dict[str, str]:
    """What is put into the texts of a proposal's kind (ballots.json)."""
    found: dict[str, str] = {}
    if about.admission:
        found |= {"name": about.admission.name, "capabilities": capabilities(t, about.admission.capabilities)}
    if about.organisation:
        found["name"] = about.organisation.name
    if about.thresholds:
        found |= {"all": share(t, about.thresholds.all), "custodians": share(t, about.thresholds.custodians)}
    if fact := about.recall or about.consent:
        found["fact"] = short(fact)
    if about.reason:
        found["reason"] = t.code("StateReason", about.reason)
    if about.duration is not None:
        found["duration"] = lasting(t, about.duration)
    return found


def capabilities(t: Texts, names: Iterable[str]) -> str:
    return ", ".join(t.code("Capability", name) for name in names)


def share(t: Texts, ten_thousandths: int) -> str:
    """`66.67` of a hundred, as the language writes it."""
    return f"{ten_thousandths / 100:g}".replace(".", t("ballots.point"))


def lasting(t: Texts, seconds: int) -> str:
    """`30 days`, `36 hours`, `90 seconds`: in the largest unit that says it exactly."""
    if seconds % DAY == 0:
        return t.count("ballots.days", seconds // DAY)
    if seconds % HOUR == 0:
        return t.count("ballots.hours", seconds // HOUR)
    return t.count("ballots.seconds", seconds)


def votes_needed(electorate: int, share_: int) -> int:
    """The fewest votes that are more than a share in ten-thousandths (`Ballots.votesNeeded`)."""
    return electorate * share_ // WHOLE + 1


def needed_now(members: Iterable[Organisation], thresholds: Thresholds) -> dict[str, int]:
    """What a proposal takes that is opened now: votes of how many members, and of how many custodians among them."""
    belong = [one for one in members if one.voted is not OrganisationStatus.REMOVED]
    custodians = sum(Capability.CUSTODIAN in one.capabilities for one in belong)
    return {
        "members": len(belong),
        "custodians": custodians,
        "needed": votes_needed(len(belong), thresholds.all),
        "needed_custodians": votes_needed(custodians, thresholds.custodians),
    }
