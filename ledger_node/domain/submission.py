"""A write that we accepted, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SubmissionState(StrEnum):
    """`SIGNED → SENT → MINED → FINAL`, or `FAILED` (refused by the contract) or `REPLACED` (its nonce was used by
    another transaction). A submission is signed in the SQL transaction that accepts it, so none is ever unsigned.
    """

    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    FAILED = "failed"
    REPLACED = "replaced"


#: States that still need work from the submitter.
OPEN_STATES = (SubmissionState.SIGNED, SubmissionState.SENT)
#: States in which the outcome is known.
SETTLED_STATES = (SubmissionState.MINED, SubmissionState.FINAL, SubmissionState.FAILED, SubmissionState.REPLACED)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: its bytes as 0x-hex, its hash, its nonce and the address that signed."""

    raw: str
    hash: str
    nonce: int
    signer: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One row of the outbox.

    `block`, `status` (1 done, 0 refused) and `outcome` are there once it is mined. `outcome` names what the contract
    made (`{"dataset": …, "number": 1}`) or, when refused, the error's name and arguments.
    """

    id: str
    idempotency_key: str
    request_digest: str
    kind: str
    subject: str | None
    contract: str
    function: str
    transaction: Signed
    state: SubmissionState
    created_at: int
    block: int | None = None
    block_hash: str | None = None
    status: int | None = None
    outcome: dict[str, Any] | None = None

    @property
    def settled(self) -> bool:
        return self.state in SETTLED_STATES


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the chain says of a mined transaction. `status` is 1 or 0."""

    transaction: str
    block: int
    block_hash: str
    status: int
    gas_used: int
