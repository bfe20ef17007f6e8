"""What a node answers, as typed dictionaries with the wire's own names.

Ids and digests are 0x-hex of 32 bytes, times RFC 3339 in UTC, enumerations and masks names from `domain.codes`. A field
that a newer node adds is kept in the dictionary.
"""

# No `from __future__ import annotations` here: it would hide NotRequired from the dictionaries' own keys.

from dataclasses import dataclass
from typing import Generic, NotRequired, TypedDict, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, as of a block. `next` is the cursor of the next page; None at the end."""

    as_of_block: int
    index_lag: int | None
    items: list[T]
    next: str | None


class Named(TypedDict):
    """An organisation, mentioned."""

    number: int
    name: str


class AsOf(TypedDict):
    """As of which block an answer speaks, and how many blocks the index lags (None when the chain does not answer).

    Not in the members of a list: the page says it for all.
    """

    asOfBlock: NotRequired[int]
    indexLag: NotRequired[int | None]


# --- submissions


class Outcome(TypedDict):
    """What a mined write did (`events`, and the ids and numbers in them), or the decoded refusal (`error`, `args`,
    `reason`). `version` is a model version's id; a number where a dataset version was used and no other is named.
    """

    events: NotRequired[list[str]]
    dataset: NotRequired[str]
    number: NotRequired[int]
    consent: NotRequired[str]
    run: NotRequired[str]
    round: NotRequired[int]
    model: NotRequired[str]
    version: NotRequired[str | int]
    organisation: NotRequired[int]
    proposal: NotRequired[int]
    stream: NotRequired[str]
    error: NotRequired[str]
    args: NotRequired[dict[str, object]]
    reason: NotRequired[str]


class Submission(TypedDict):
    """A write that the node accepted. `state` is signed, sent, mined, final, failed or replaced."""

    id: str
    kind: str
    subject: str | None
    state: str
    idempotencyKey: str
    transaction: str
    nonce: int
    signer: str
    createdAt: str
    block: int | None
    receiptStatus: int | None
    outcome: Outcome | None


# --- the node


class Ourselves(Named):
    capabilities: list[str]


class Node(AsOf):
    organisation: Ourselves
    operator: str
    chainId: int
    genesis: str
    contracts: dict[str, str]
    head: int | None
    version: str
    blobs: str
    submissions: dict[str, int]


class Health(TypedDict):
    status: str


class IndexDigest(AsOf):
    digest: str
    counts: dict[str, int]


class Rebuild(TypedDict):
    """The index's digest before and after it was made again from the chain's events alone."""

    before: str
    after: str
    equal: bool


# --- organisations


class Organisation(AsOf):
    number: int
    name: str
    admin: str
    capabilities: list[str]
    forProfit: bool
    status: str
    block: int


class Vote(TypedDict):
    organisation: Named
    inFavour: bool


class Admission(TypedDict):
    admin: str
    capabilities: list[str]
    forProfit: bool
    name: str


class Proposal(AsOf):
    """`admission` says who is to be admitted, for ADMIT; `organisation` who it is about, for the other kinds."""

    number: int
    proposer: Named
    kind: str
    admission: Admission | None
    organisation: Named | None
    deadline: str
    votes: list[Vote]
    executed: bool
    block: int


# --- blobs


class Blob(TypedDict):
    """A stored document: `digest` is its sha-256, `cid` the address of the same bytes, `size` in bytes."""

    digest: str
    cid: str
    size: int


# --- datasets


class DatasetVersion(AsOf):
    number: int
    publishedAt: str
    root: str
    cardDigest: str
    attestationDigest: str
    options: list[int]
    sizeClass: str
    claim: str
    supersession: str
    optOutCheckedAt: str | None
    usable: bool


class Dataset(AsOf):
    id: str
    custodian: Named
    cardDigest: str
    block: int
    versions: NotRequired[list[DatasetVersion]]


# --- consents


class LogEntry(TypedDict):
    act: str
    actor: Named
    reason: str
    at: str
    until: str | None


class Consent(AsOf):
    id: str
    grantor: Named
    grantee: Named
    dataset: str
    versionFrom: int
    versionTo: int | None
    basis: str
    purposes: list[str]
    operations: list[str]
    notBefore: str
    expiresAt: str
    maxRounds: int
    projectRef: str | None
    policyDigest: str
    issuedAt: str
    block: int
    state: str
    roundsUsed: int
    log: list[LogEntry]


class Use(TypedDict):
    """A recorded use of a consent; `subject` is a run's or a model version's id."""

    consent: str
    subject: str
    version: int
    operation: str
    purposes: list[str]
    rounds: int
    block: int


class Check(AsOf):
    """`reason` is OK exactly when `permitted`."""

    reason: str
    permitted: bool


# --- models


class ModelVersion(AsOf):
    id: str
    model: str
    publisher: Named
    number: int
    publishedAt: str
    run: str
    artifactDigest: str
    cardDigest: str
    parents: list[str]
    block: int


class Model(AsOf):
    id: str
    publisher: Named
    cardDigest: str
    block: int
    versions: NotRequired[list[ModelVersion]]


# --- runs


class RunInput(TypedDict):
    dataset: str
    version: int
    consent: str


class Contribution(TypedDict):
    custodian: Named
    input: int
    updateDigest: str
    consentState: str
    contributedAt: str


class Round(AsOf):
    number: int
    openedAt: str
    contributions: list[Contribution]
    aggregateDigest: str | None
    closedAt: str | None


class Run(AsOf):
    id: str
    publisher: Named
    model: str
    operation: str
    purposes: list[str]
    projectRef: str | None
    cardDigest: str
    openedAt: str
    block: int
    inputs: list[RunInput]
    rounds: list[Round]
    outcome: str
    resultDigest: str | None
    closedAt: str | None


# --- lineage and impact


class LineageNode(TypedDict):
    """`kind` is organisation, datasetVersion, consent, run, model or modelVersion."""

    id: str
    kind: str
    label: str
    state: str | None


#: The wire calls an edge's ends `from` and `to`.
LineageEdge = TypedDict("LineageEdge", {"from": str, "to": str, "kind": str})


class Lineage(AsOf):
    version: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    facts: dict[str, object]


class Affected(TypedDict):
    """A model version downstream. `standing` is how the consent stands now; `through` the versions on the way."""

    version: str
    modelNumber: int
    model: str
    run: str
    dataset: str
    datasetVersion: int
    consent: str
    standing: str
    revokedFor: str | None
    tainted: bool
    through: list[str]


# --- streams


class Anchor(TypedDict):
    size: int
    root: str
    anchoredAt: str
    block: int


class Stream(AsOf):
    id: str
    custodian: Named
    anchors: list[Anchor]
    block: int
