"""The node itself: who it is, how it stands, its index."""

from __future__ import annotations

from pydantic import Field

from registry_api.schemas.base import Answer, Hex, Organisation, Stamped


class Ourselves(Organisation):
    capabilities: list[str]


class Node(Stamped):
    organisation: Ourselves
    operator: str = Field(description="Address of the key that signs this node's writes.")
    chain_id: int
    genesis: str = Field(description="Hash of block 0.")
    contracts: dict[str, str]
    head: int | None = Field(description="The chain's newest block; null when the chain does not answer.")
    version: str = Field(description="Version of the software.")
    blobs: str = Field(description="`ok`, or why the blob store cannot be used.")
    submissions: dict[str, int] = Field(description="Writes by state, among the newest 1,000.")


class IndexDigest(Stamped):
    digest: Hex = Field(description="sha-256 over every row of the index.")
    counts: dict[str, int] = Field(description="Rows by table.")


class Rebuilt(Answer):
    """The index's digest before and after it was made again from the chain's events alone."""

    before: Hex
    after: Hex
    equal: bool


class Health(Answer):
    status: str = Field(examples=["ok"])
