"""Requests for a consent."""

from ledger_node.client.answers.parts import AsOf, Named


class Request(AsOf):
    """The terms wanted and the answer. `state` is OPEN, GRANTED (by `consent`) or DECLINED (for `declineReason`)."""

    id: str
    requester: Named
    custodian: Named
    madeAt: str
    dataset: str
    purposes: list[str]
    operations: list[str]
    condition: str | None
    regions: list[str]
    notBefore: str
    expiresAt: str
    maxRounds: int
    epsilonBudget: int
    projectRef: str | None
    cardDigest: str
    state: str
    consent: str | None
    declineReason: str | None
    answeredAt: str | None
    block: int
