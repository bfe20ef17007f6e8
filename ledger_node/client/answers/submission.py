"""Writes that a node accepted."""

from typing import NotRequired, TypedDict


class Outcome(TypedDict):
    """What a mined write did (`events`, and the ids and numbers in them), or the decoded refusal (`error`, `args`,
    `meaning`, `reason`). `version` is a model version's id; a number where a dataset version was used and no other is
    named.
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
    error: NotRequired[str]
    args: NotRequired[dict[str, object]]
    meaning: NotRequired[str]
    reason: NotRequired[str]


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
