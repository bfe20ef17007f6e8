"""Requests, consents, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.bench.gas.chain import BEGINNING, SALT, Chain
from scripts.bench.gas.scenario.members import BATCH, HOSPITAL, NUMBER, REGULATOR, VENDOR, decide, payload
from scripts.bench.gas.scenario.terms import EXPIRY, FEDERATED_ROUND, GERMANY, PURPOSE, TRAIN, consent

ROLE = "consents"
STEWARD_DECISION, REGULATOR_ORDER = 2, 6
SAFEGUARDS_TOO_WEAK = 3
REVOKE_CONSENT, SUSPEND_CONSENT = 8, 9
DAY = 86_400


def requests(c: Chain, dataset: str) -> None:
    wanted = {
        "dataset": dataset,
        "purposes": PURPOSE,
        "operations": TRAIN | FEDERATED_ROUND,
        "regions": GERMANY,
        "notBefore": BEGINNING,
        "expiresAt": EXPIRY,
        "maxRounds": 10,
        "epsilonBudget": 1_000_000,
        "projectRef": c.digest(),
        "cardDigest": c.digest(),
    }
    request = c.write("request a consent", VENDOR, ROLE, "makeRequest", SALT, wanted)
    c.write("send the first message about a request", HOSPITAL, ROLE, "sendMessage", request, 1, c.digest())
    c.write("send a message about a request", VENDOR, ROLE, "sendMessage", request, 2, c.digest())
    c.write("decline a request", HOSPITAL, ROLE, "declineRequest", request, SAFEGUARDS_TOO_WEAK)
    request = c.write(None, VENDOR, ROLE, "makeRequest", SALT, wanted)
    consent(c, "issue a consent that answers a request", HOSPITAL, dataset, NUMBER[VENDOR], request=request)


def life(c: Chain, dataset: str) -> None:
    vendor = NUMBER[VENDOR]
    consent(c, "issue a consent", HOSPITAL, dataset, vendor)
    granted = consent(c, "issue a consent with a project", HOSPITAL, dataset, vendor, projectRef=c.digest())
    c.write("suspend a consent, the first time", HOSPITAL, ROLE, "suspend", granted, STEWARD_DECISION)
    c.write("reinstate a consent", HOSPITAL, ROLE, "reinstate", granted, STEWARD_DECISION)
    c.write("suspend a consent", HOSPITAL, ROLE, "suspend", granted, STEWARD_DECISION)
    until = c.now() + 20 * DAY
    c.write("suspend as a regulator", REGULATOR, ROLE, "suspendByRegulator", granted, REGULATOR_ORDER, until)
    c.write("revoke a consent", HOSPITAL, ROLE, "revoke", granted, STEWARD_DECISION)
    former = consent(c, None, HOSPITAL, dataset, vendor)
    newer = consent(c, "issue a consent that supersedes another", HOSPITAL, dataset, vendor, supersedes=former)
    suspension = payload("uint32 bytes32 uint8 uint32", 1, bytes.fromhex(newer[2:]), REGULATOR_ORDER, 20 * DAY)
    decide(c, "suspend a consent", SUSPEND_CONSENT, suspension)
    revocation = payload("uint32 bytes32 uint8", 1, bytes.fromhex(newer[2:]), REGULATOR_ORDER)
    decide(c, "revoke a consent", REVOKE_CONSENT, revocation)


def bulk(c: Chain, granted: Sequence[str]) -> None:
    until = c.now() + 20 * DAY
    c.write(f"batch of {BATCH} suspensions", HOSPITAL, ROLE, "suspendAll", granted, STEWARD_DECISION)
    call = ("suspendAllByRegulator", granted, REGULATOR_ORDER, until)
    c.write(f"batch of {BATCH} suspensions by a regulator", REGULATOR, ROLE, *call)
