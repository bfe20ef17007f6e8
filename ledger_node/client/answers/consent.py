"""Consents: terms, log, uses, checks."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Deidentification(TypedDict):
    """CID 7050 codes that a version must have, and those that it must not."""

    required: list[int]
    forbidden: list[int]


class LogEntry(TypedDict):
    """`actor` is None for a vote; `until` is when a suspension by a regulator or a vote ends."""

    act: str
    actor: Named | None
    reason: str
    at: str
    until: str | None


class Consent(AsOf):
    """`obligations` are the modifiers that no contract can enforce; `duo` all of them as terms of the ontology.

    `roundsUsed` and `epsilonSpent` hold what was carried on from a superseded consent.
    """

    id: str
    grantor: Named
    grantee: Named
    dataset: str
    versionFrom: int
    versionTo: int | None
    basis: str
    permission: str
    modifiers: list[str]
    obligations: list[str]
    duo: list[str]
    purposes: list[str]
    operations: list[str]
    condition: str | None
    regions: list[str]
    deidentification: Deidentification
    notBefore: str
    expiresAt: str
    maxRounds: int
    epsilonBudget: int
    projectRef: str | None
    policyDigest: str
    request: str | None
    supersedes: str | None
    supersededBy: str | None
    issuedAt: str
    block: int
    state: str
    roundsUsed: int
    epsilonSpent: int
    log: list[LogEntry]


class Use(TypedDict):
    """A recorded use of a consent; `subject` is the id of a run, a model version or a derived dataset."""

    consent: str
    subject: str
    version: int
    operation: str
    purposes: list[str]
    rounds: int
    epsilon: int
    block: int


class Check(AsOf):
    """`reason` is OK exactly when `permitted`."""

    reason: str
    permitted: bool
