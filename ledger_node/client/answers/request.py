"""Requests for a consent."""

from typing import NotRequired, TypedDict

from ledger_node.client.answers.consent import Consent
from ledger_node.client.answers.parts import AsOf, Named


class VisaStatement(TypedDict):
    """What is said of a visa by who has checked it."""

    digest: str
    issuer: str
    type: str
    value: str
    source: str
    by: str | None
    asserted: str
    expires: str


class VisaCheck(AsOf):
    """`message` is the number of the one that the visa is attached to, `agrees` whether that says what is in it."""

    visa: VisaStatement
    message: int | None
    agrees: bool | None


class Message(TypedDict):
    """What one of the two sides said. `text` is None where `missing` says why."""

    number: int
    sender: Named
    sentAt: str
    inReplyTo: int | None
    text: str | None
    visas: list[VisaStatement]
    digest: str
    missing: str | None
    block: int


class Grant(TypedDict):
    """The consent that grants a request, and the fields in which it permits less or more than was asked for."""

    consent: Consent
    narrower: list[str]
    wider: list[str]


class Request(AsOf):
    """The terms wanted and the answer. `state` is OPEN, ASKED_BACK (open, with a message of the hospital), GRANTED (by
    `consent`) or DECLINED (for `declineReason`). `messages` and `grant` are not in the members of a list."""

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
    messages: NotRequired[list[Message]]
    grant: NotRequired[Grant | None]
