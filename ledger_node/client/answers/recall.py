"""Recalls of model versions, and who has read them."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Acknowledgement(TypedDict):
    organisation: Named
    acknowledgedAt: str
    block: int


class Lifting(TypedDict):
    """`actor` is None for a vote."""

    actor: Named | None
    liftedAt: str


class Recall(AsOf):
    """It `stands` until it is `lifted`."""

    id: str
    version: str
    issuer: Named
    severity: str
    noticeDigest: str
    replacement: str | None
    issuedAt: str
    acknowledgements: list[Acknowledgement]
    stands: bool
    lifted: Lifting | None
    block: int
