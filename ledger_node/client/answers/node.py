"""The node itself and its index."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


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


class NodeStatus(AsOf):
    organisation: Named
    ready: bool
    troubles: list[str]
    role: str
    epoch: int
    head: int | None
    indexLagSeconds: int | None
    submissions: dict[str, int]
    open: int
    oldestOpenSeconds: int | None
    nonceGap: int
    paused: str | None
    alarms: int
    eventsTakenBack: int
    checkpoint: int | None
    splitViews: int
    pinsWaiting: int
    pinsFailing: int
    oldestPinSeconds: int | None
    blobs: str
    failures: dict[str, str]
    version: str


class Pause(TypedDict):
    """Why nothing is signed or sent; None when it is."""

    paused: str | None


class Alarm(TypedDict):
    """A transaction with the node's key that its store does not know; `transaction` None when only its nonce tells."""

    nonce: int
    transaction: str | None
    block: int
    raisedAt: str


class RecordedRead(TypedDict):
    """A read on record. `caller` names a key or a hidden subject, never a person."""

    number: int
    readAt: str
    caller: str
    operation: str
    subject: str | None
    asOfBlock: int | None


class Finding(TypedDict):
    code: str
    subject: str
    detail: str
    repairable: bool
    repaired: bool


class Fsck(AsOf):
    clean: bool
    checked: dict[str, int]
    findings: list[Finding]
    more: int


class Collected(TypedDict):
    held: int
    unwanted: int
    size: int | None
    removed: int


class MissingCapture(TypedDict):
    """A model version whose evidence could not be captured; `reason` is an error's code."""

    subject: str
    reason: str
    attempts: int
    nextAt: str


class Captured(TypedDict):
    """Evidence that the node keeps: bundles, the model versions that have one, trie nodes, bytes."""

    captures: int
    subjects: int
    nodes: int
    size: int
    waiting: int
    failing: int
    missing: list[MissingCapture]
    noted: int | None


class Filled(Captured):
    tried: int


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
