"""A write that we accepted, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from ledger_node.domain.command import Command, Idempotency
from ledger_node.errors import IdempotencyKeyReused


class SubmissionState(StrEnum):
    """`QUEUED → SIGNED → SENT → MINED → FINAL`, or `SAFE` where the engine knows no more than that its honest majority
    keeps a block; or `FAILED` (refused by the contract), or `REPLACED`: another transaction has its
    nonce. When an operator put it there, that is the end; when somebody else did, the write waits for another nonce.
    """

    QUEUED = "queued"
    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    SAFE = "safe"
    FINAL = "final"
    FAILED = "failed"
    REPLACED = "replaced"


#: States that still need work from the submitter.
OPEN_STATES = (SubmissionState.QUEUED, SubmissionState.SIGNED, SubmissionState.SENT)
#: States of a write that the contract took.
DONE_STATES = (SubmissionState.MINED, SubmissionState.SAFE, SubmissionState.FINAL)
#: States in which the outcome is known.
SETTLED_STATES = (*DONE_STATES, SubmissionState.FAILED)
#: The outcome of what its own operator took back.
CANCELLED: dict[str, Any] = {"cancelled": True}
#: Why nothing is signed or sent: an operator said so, or somebody else used the key.
BY_OPERATOR, FOREIGN_TRANSACTION = "operator", "foreign_transaction"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: its bytes as 0x-hex, its hash, its nonce and the address that signed."""

    raw: str
    hash: str
    nonce: int
    signer: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One row of the outbox. `signer` is the key that signs it; `transaction` is there once it has.

    `block`, `status` (1 done, 0 refused) and `outcome` are there once it is mined. `outcome` names what the contract
    made (`{"dataset": …, "number": 1}`) or, when refused, the error's name and arguments, and of a batch the `position`
    (from 0) of the first item that it refused.
    """

    id: str
    idempotency_key: str
    request_digest: str
    kind: str
    subject: str | None
    contract: str
    function: str
    signer: str
    transaction: Signed | None
    state: SubmissionState
    created_at: int
    block: int | None = None
    block_hash: str | None = None
    status: int | None = None
    outcome: dict[str, Any] | None = None

    @property
    def settled(self) -> bool:
        return self.state in SETTLED_STATES or self.outcome == CANCELLED

    def require_request(self, digest: str) -> None:
        """IdempotencyKeyReused unless its key came with this very request, by its digest, before."""
        if self.request_digest != digest:
            raise IdempotencyKeyReused(
                "the idempotency key came with another request before",
                got=f"a key of {len(self.idempotency_key)} characters",
                needed="a new key for a new request",
                submission=self.id,
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """What is accepted: a command with the contract's address and the calldata that it comes down to, as 0x-hex."""

    command: Command
    idempotency: Idempotency
    to: str
    calldata: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be signed."""

    id: str
    to: str
    calldata: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is signed and not settled: the bytes to send, which are those of a cancellation when one was asked for.

    `hashes` are those under which the chain may show it: its own, then its cancellation's.
    """

    id: str
    nonce: int
    raw: str
    hashes: tuple[str, ...]


class Sent(Enum):
    """What an engine says to signed bytes. `TAKEN` also when it has them already; `USED` when their nonce is used."""

    TAKEN = "taken"
    USED = "used"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a submission in a block. `status` and `outcome` as in `Submission`."""

    id: str
    state: SubmissionState
    block: int
    block_hash: str
    status: int | None = None
    outcome: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the chain says of a mined transaction. `status` is 1 or 0, `logs` are the engine's own objects."""

    transaction: str
    block: int
    block_hash: str
    status: int
    gas_used: int
    sender: str = ""
    logs: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A transaction with this node's key that this node did not make. `transaction` is None when only the used nonce
    tells of it."""

    nonce: int
    transaction: str | None
    block: int
    raised_at: int
