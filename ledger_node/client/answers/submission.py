"""Writes that a node accepted."""

from typing import NotRequired, TypedDict


class Item(TypedDict):
    """One of what a write did to many: a version, an anchor, a round, an answer or a suspension, by what names it."""

    dataset: NotRequired[str]
    number: NotRequired[int]
    stream: NotRequired[str]
    size: NotRequired[int]
    run: NotRequired[str]
    round: NotRequired[int]
    input: NotRequired[int]
    consent: NotRequired[str]


class Outcome(TypedDict):
    """What a mined write did: `events`, the ids and numbers in them, and `items` in the order sent where one write can
    do it to many. Or the decoded refusal: `error`, `args`, `meaning`, `reason`, and the `position` from 0 of the first
    item of a batch that was refused, unless it was refused whatever is in it.

    `version` is a model version's id; a number where a dataset version was used and no other is named.
    """

    events: NotRequired[list[str]]
    dataset: NotRequired[str]
    number: NotRequired[int]
    consent: NotRequired[str]
    request: NotRequired[str]
    run: NotRequired[str]
    round: NotRequired[int]
    model: NotRequired[str]
    version: NotRequired[str | int]
    recall: NotRequired[str]
    organisation: NotRequired[int]
    key: NotRequired[str]
    proposal: NotRequired[int]
    stream: NotRequired[str]
    items: NotRequired[list[Item]]
    error: NotRequired[str]
    args: NotRequired[dict[str, object]]
    meaning: NotRequired[str]
    reason: NotRequired[str]
    position: NotRequired[int]


class Submission(TypedDict):
    """A write that the node accepted. `state` is queued, signed, sent, mined, safe, final, failed or replaced;
    `transaction` and `nonce` are None while it is queued."""

    id: str
    kind: str
    subject: str | None
    state: str
    idempotencyKey: str
    transaction: str | None
    nonce: int | None
    signer: str
    createdAt: str
    block: int | None
    receiptStatus: int | None
    outcome: Outcome | None
