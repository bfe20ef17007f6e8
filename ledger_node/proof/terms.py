"""Whether a consent's terms make sense, and its log: what ConsentToken lets nobody write.

The rules of the terms are those of `contracts/libraries/TermRules.sol`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger_node.proof import codes
from ledger_node.proof.facts import NONE, Consent, LogEntry, Organisation
from ledger_node.proof.states import (
    REINSTATED_BY_GRANTOR,
    REVOKED_FOR_EVER,
    SUSPENDED_BY_GRANTOR,
    SUSPENDED_BY_REGULATOR,
    SUSPENDED_BY_VOTE,
    Standing,
    standings,
)

LONGEST_WINDOW = 3650 * 24 * 3600  # ten years, in seconds
LONGEST_SUSPENSION = 30 * 24 * 3600  # by a regulator or a vote


def excludes_profit(fact: Consent) -> bool:
    """Whether the modifiers exclude a grantee that works for profit."""
    return fact.modifiers & (codes.NPU | codes.NPUNCU) != 0


def are_sound(fact: Consent) -> bool:
    """Whether the terms could have been issued when they were."""
    return (
        0 < fact.purposes <= codes.ALL_PURPOSES
        and fact.operations != 0
        and fact.not_before < fact.expires_at <= fact.not_before + LONGEST_WINDOW
        and fact.issued_at < fact.expires_at
        and fact.version_from >= 1
        and (fact.version_to == 0 or fact.version_from <= fact.version_to)
        and fact.regions <= codes.ALL_REGIONS
        and fact.deidentification <= codes.ALL_OPTIONS
        and fact.policy_digest != NONE
        and _fit_permission(fact)
        and _fit_modifiers(fact)
    )


def _fit_permission(fact: Consent) -> bool:
    if (fact.permission == codes.DS) != (fact.condition != 0):
        return False
    if fact.permission == codes.POA:
        return fact.purposes == codes.POARCH
    return fact.permission not in (codes.HMB, codes.DS) or fact.purposes & codes.POARCH == 0


def _fit_modifiers(fact: Consent) -> bool:
    trains = fact.operations & (codes.MAKES_WEIGHTS | codes.FEDERATED_ROUND) != 0
    sells = fact.operations & codes.COMMERCIALISE != 0
    contradicted = {
        codes.NMDS: trains,
        codes.NCU: sells,
        codes.NPUNCU: sells,
        codes.NPOA: fact.purposes & codes.POARCH != 0,
        codes.PS: fact.project_ref == NONE,
        codes.IRB: fact.project_ref == NONE,
    }
    return (
        fact.modifiers <= codes.ALL_MODIFIERS
        and not any(fact.modifiers & bit and found for bit, found in contradicted.items())
        and (fact.modifiers & codes.GS != 0) == (fact.regions != 0)
    )


def log_is_sound(fact: Consent, organisations: Mapping[int, Organisation], time: int) -> bool:
    """Whether each entry could have been written after those before it, and none later than `time`."""
    times = [fact.issued_at, *(entry.at for entry in fact.log), time]
    before = standings(fact.log)
    return times == sorted(times) and all(
        _may_follow(fact, stands, entry, organisations) for stands, entry in zip(before, fact.log, strict=False)
    )


def _may_follow(fact: Consent, stands: Standing, entry: LogEntry, organisations: Mapping[int, Organisation]) -> bool:
    if stands.revoked:
        taints = entry.act == REVOKED_FOR_EVER and entry.reason in codes.TAINTING
        return taints and not stands.tainted and entry.actor in (0, fact.grantor) and entry.until == 0
    by_grantor = entry.actor == fact.grantor
    ends = entry.at < entry.until <= entry.at + LONGEST_SUSPENSION
    if entry.act == SUSPENDED_BY_GRANTOR:
        return by_grantor and entry.until == 0 and not stands.grantor_suspended
    if entry.act == REINSTATED_BY_GRANTOR:
        return by_grantor and entry.until == 0 and stands.grantor_suspended
    if entry.act == SUSPENDED_BY_REGULATOR:
        regulates = organisations[entry.actor].capabilities & codes.REGULATOR != 0 if entry.actor else False
        return regulates and ends and stands.regulator_until == 0
    if entry.act == SUSPENDED_BY_VOTE:
        return entry.actor == 0 and ends
    return entry.act == REVOKED_FOR_EVER and entry.actor in (0, fact.grantor) and entry.until == 0


def follows(fact: Consent, former: Consent) -> bool:
    """Whether a consent could have superseded another: same parties, revoked in the same step, its use carried on."""
    # A revocation that taints may have followed later.
    ended = next((entry for entry in former.log if entry.act == REVOKED_FOR_EVER), None)
    if ended is None:
        return False
    suspended_until = standings(former.log)[-1].regulator_until
    return (
        (former.grantor, former.grantee, former.dataset) == (fact.grantor, fact.grantee, fact.dataset)
        and (ended.reason, ended.actor) == (codes.SUPERSEDED, fact.grantor)
        and ended.at == fact.issued_at >= suspended_until
    )
