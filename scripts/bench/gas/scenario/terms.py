"""What consents permit and what uses are for."""

from __future__ import annotations

from scripts.bench.gas.chain import BEGINNING, SALT, Chain
from scripts.bench.gas.scenario.members import NONE, NUMBER, VENDOR

TRAIN, FEDERATED_ROUND, EXPORT_WEIGHTS, COMMERCIALISE, DERIVE_DATASET = 1 << 0, 1 << 4, 1 << 5, 1 << 6, 1 << 7
PURPOSE = 1 << 7
GERMANY, FRANCE = 1 << 5, 1 << 10
#: A year and a day; holds no zero byte.
EXPIRY = BEGINNING + 0x02020202
EHDS_PERMIT, GENERAL_RESEARCH, GEOGRAPHICAL = 2, 1, 1 << 7
EPSILON = 1_000


def terms(dataset: str, c: Chain, **changed: object) -> dict[str, object]:
    """The terms of a usual consent: a region set, de-identification demanded, rounds and a privacy budget."""
    usual: dict[str, object] = {
        "dataset": dataset,
        "grantee": NUMBER[VENDOR],
        "versionFrom": 1,
        "versionTo": 0,
        "basis": EHDS_PERMIT,
        "permission": GENERAL_RESEARCH,
        "modifiers": GEOGRAPHICAL,
        "purposes": PURPOSE,
        "operations": TRAIN | FEDERATED_ROUND | EXPORT_WEIGHTS | COMMERCIALISE,
        "condition": 0,
        "regions": GERMANY | FRANCE,
        "deidentification": 0b11,
        "notBefore": BEGINNING,
        "expiresAt": EXPIRY,
        "maxRounds": 100,
        "epsilonBudget": 10_000_000,
        "projectRef": NONE,
        "policyDigest": c.digest(),
        "request": NONE,
        "supersedes": NONE,
    }
    return usual | changed


def consent(c: Chain, measure: str | None, grantor: str, dataset: str, grantee: int, **changed: object) -> str:
    return str(c.write(measure, grantor, "consents", "issue", SALT, terms(dataset, c, grantee=grantee, **changed)))


def scope(project: str = NONE) -> dict[str, object]:
    return {"purposes": PURPOSE, "regions": GERMANY, "condition": 0, "projectRef": project}
