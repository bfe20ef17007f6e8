"""Streams and the heads of their trees."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Anchor(TypedDict):
    size: int
    root: str
    anchoredAt: str
    block: int


class Stream(AsOf):
    id: str
    custodian: Named
    deviceClass: str
    anchorCount: int
    newestAnchor: Anchor | None
    block: int
