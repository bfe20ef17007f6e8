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
