"""Writes: accepted, signed, sent and settled, and what an operator decides about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ledger_node.domain.position import BlockRef, Event
from ledger_node.domain.submission import (
    Alarm,
    Entry,
    Outgoing,
    Settlement,
    Signed,
    Submission,
    SubmissionState,
    Waiting,
)

#: Called with its name at each stage of a write: `accepted signing signed sending sent mined settled`.
#: Tests kill there.
Stage = Callable[[str], None]


def no_stage(name: str) -> None:
    """Nothing happens between the stages of a node in service."""


class Outbox(Protocol):
    """Writes that were accepted, for those who make them. Every method is one SQL transaction."""

    def accept(self, entries: Sequence[Entry], cap: int) -> list[Submission]:
        """Commits all or none, or returns for a key that was used what its request was given before.

        IdempotencyKeyReused when the key came with another request, QueueFull when `cap` submissions would be open.
        """

    def find(self, submission: str) -> Submission | None: ...

    def find_by_key(self, key: str) -> Submission | None: ...

    def list_recent(self, limit: int) -> list[Submission]: ...


class Dispatch(Protocol):
    """The same writes, for the one process that signs, sends and settles. Every write raises NotTheWriter when another
    process has taken over."""

    def waiting(self, limit: int) -> list[Waiting]:
        """The oldest that are queued."""

    def next_nonce(self, floor: int) -> int:
        """The first that no submission of this signer has, and at least `floor`."""

    def past(self, counted: int) -> int:
        """How many nonces this signer had used when the store met it, which is kept. It meets it now, with `counted` of
        them, as long as no write was accepted: a key may have accepted its own organisation, say."""

    def missing(self, counted: int) -> list[int]:
        """Nonces from the chain's count on that no submission of this signer has, though one has a later one."""

    def sign(self, signed: Sequence[tuple[str, Signed]]) -> None:
        """Queued submissions get their bytes. IndexConflict, and none does, when one is queued no more."""

    def unsent(self, limit: int, after: int = -1) -> list[Outgoing]:
        """The signed ones of nonces greater than `after`, by nonce."""

    def sent(self, outgoing: Sequence[Outgoing]) -> None: ...

    def in_flight(self) -> int:
        """How many are sent and not settled."""

    def unsettled(self, limit: int, below: int | None = None) -> list[Outgoing]:
        """Signed and sent ones by nonce, and those whose place another transaction seems to have taken; only of nonces
        smaller than `below`, if that is given."""

    def shown(self, after: int, upto: int) -> list[tuple[str, list[Event]]]:
        """The open submissions whose transactions wrote events in the blocks after one and up to another, by what the
        index has, with those events in their order."""

    def mined_before(self) -> int:
        """The newest block in which nothing that is open can stand, since a nonce is mined in its turn."""

    def open_below(self, nonce: int) -> bool:
        """Whether a smaller nonce is signed or sent."""

    def find_hashes(self, hashes: Sequence[str]) -> dict[str, Outgoing]:
        """By any of their hashes."""

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Each that is not beyond a reorganisation's reach."""

    def replaced(self, nonce: int, block: BlockRef) -> bool:
        """The submission with this nonce, if there is one that is open, cannot be mined any more."""

    def passing_blocks(self, height: int) -> list[tuple[int, str]]:
        """Number and hash of the blocks up to `height` by which something is settled and may still fall out."""

    def finish(self, block: int, block_hash: str, state: SubmissionState) -> int:
        """What is settled by this block is so for good: `state` for the mined ones. What a foreign transaction replaced
        is not: it waits for `requeue`. Returns how many."""

    def rearm(self, block: int, block_hash: str) -> int:
        """What this block settled is open again, since it fell out of the chain."""

    def taken(self, height: int) -> list[str]:
        """The submissions whose nonce another transaction has by a block up to `height`."""

    def requeue(self, submissions: Sequence[str]) -> int:
        """What was taken waits again, for another nonce. Returns how many."""


class Desk(Protocol):
    """What an operator decides about the outbox of a signer."""

    def pause(self, reason: str) -> None:
        """Nothing is signed or sent until `resume`. Keeps an earlier pause's reason."""

    def resume(self) -> None: ...

    def paused(self) -> str | None:
        """Why, or None."""

    def alarm(self, nonce: int, transaction: str | None, block: int) -> bool:
        """A transaction of our key that is not ours: kept, and the outbox paused. False when it is known."""

    def alarm_all(self, nonces: Sequence[int], block: int) -> bool:
        """The same of many, whose transactions are not known. False when all are known."""

    def alarms(self, limit: int) -> list[Alarm]:
        """The newest first."""

    def cancel(self, submission: str, sign: Callable[[int], Signed]) -> Submission | None:
        """A queued one is replaced at once; of a signed one, `sign` makes what takes its nonce, once. None when it is
        mined."""

    def resend(self, submission: str) -> Submission | None:
        """What is signed and not mined goes to the pool again at once, with the same bytes. None for all others."""
