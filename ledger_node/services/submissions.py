"""Accepting a write: one row in the outbox, whatever happens next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from ledger_node.domain.command import Command, Generations, Idempotency, Identity
from ledger_node.domain.submission import Entry, Submission
from ledger_node.errors import NotFound
from ledger_node.ports import Index, Ledger, Outbox, Stage, known_generations, no_stage
from ledger_node.proof import ids
from ledger_node.proof.hashing import parse_hex, to_hex

log = logging.getLogger(__name__)


class Submissions:
    """The door through which every write goes.

    `salt_secret` (32 bytes) keys the salts, so that the chain tells nobody an idempotency key. `queue_cap` is how many
    accepted writes may wait for the chain; `wake` tells the submitter that there is work.
    """

    def __init__(
        self,
        identity: Identity,
        ledger: Ledger,
        outbox: Outbox,
        index: Index,
        *,
        salt_secret: bytes,
        queue_cap: int = 1000,
        wake: Callable[[], None] = lambda: None,
        stage: Stage = no_stage,
    ) -> None:
        self.identity = identity
        self._ledger = ledger
        self._outbox = outbox
        self._index = index
        self._queue_cap = queue_cap
        self._wake = wake
        self._stage = stage
        self._secret = salt_secret

    def salt(self, idempotency: Idempotency) -> str:
        """The salt of the id that a write makes: the same key makes the same id, on any copy of this node."""
        return to_hex(ids.salt_of(self._secret, idempotency.key, self.identity.organisation))

    def derive(self, tag: bytes, contract: str, salt: str, generation: int | None = None) -> str:
        """The id that a contract (by its role, in the newest generation unless one is named) will give to what this
        organisation makes with `salt`."""
        contracts = self._generations().contracts_of(generation)
        address = parse_hex(contracts.address_of(contract).lower(), 20)
        chain_id, organisation = self.identity.deployment.chain_id, self.identity.organisation
        return to_hex(ids.derive_id(tag, chain_id, address, organisation, parse_hex(salt, 32)))

    def making(
        self,
        idempotency: Idempotency,
        tag: bytes,
        kind: str,
        contract: str,
        function: str,
        *args: object,
        generation: int | None = None,
    ) -> Command:
        """The command that makes a new thing: its salt is the function's first argument, its id the subject."""
        salt = self.salt(idempotency)
        subject = self.derive(tag, contract, salt, generation)
        return Command(kind, contract, function, (salt, *args), subject, generation)

    def find_earlier(self, idempotency: Idempotency) -> Submission | None:
        """What this very request was answered before. IdempotencyKeyReused when the key came with another one: it is
        told before any rule is checked, since a rule may refuse it too, and that would hide what is wrong."""
        earlier = self._outbox.find_by_key(idempotency.key)
        if earlier is not None:
            earlier.require_request(idempotency.request_digest)
        return earlier

    def moment(self) -> AbstractContextManager[None]:
        """In it all rules are checked as of one moment of the index."""
        return self._index.moment()

    def entry(self, command: Command, idempotency: Idempotency) -> Entry:
        """The command as the chain will see it."""
        return Entry(command, idempotency, self._generations().address_of(command), self._ledger.calldata(command))

    def accept(self, *entries: Entry) -> list[Submission]:
        """All or none, in one commit."""
        accepted = self._outbox.accept(entries, self._queue_cap)
        for one in accepted:
            log.info("accepted", extra={"submission": one.id, "kind": one.kind})
        self._stage("accepted")
        self._wake()
        return accepted

    def get(self, submission: str) -> Submission:
        found = self._outbox.find(submission)
        if found is None:
            raise NotFound("no submission has this id", got=f"text of {len(submission)} characters")
        return found

    def list_recent(self, limit: int = 50) -> list[Submission]:
        return self._outbox.list_recent(limit)

    def _generations(self) -> Generations:
        return known_generations(self._index, self.identity.deployment.contracts)


class Writer(Protocol):
    """A service that writes."""

    _submissions: Submissions


W = TypeVar("W", bound=Writer)
P = ParamSpec("P")


def once(
    build: Callable[Concatenate[W, Idempotency, P], Command | Callable[[], Command]],
) -> Callable[Concatenate[W, Idempotency, P], Submission]:
    """Makes of a method that checks and builds a command the write of it. The same request again is answered as before,
    so that it does not meet rules that its own effect changed.

    The method has one moment of the index, which waits for nothing but the store: one that must wait for something else
    returns what makes its command, to be called after the moment."""

    @wraps(build)
    def write(self: W, idempotency: Idempotency, /, *args: P.args, **kwargs: P.kwargs) -> Submission:
        door = self._submissions
        with door.moment():
            earlier = door.find_earlier(idempotency)
            if earlier is not None:
                return earlier
            made = build(self, idempotency, *args, **kwargs)
            entry = door.entry(made, idempotency) if isinstance(made, Command) else None
        if entry is None:
            assert not isinstance(made, Command)
            entry = door.entry(made(), idempotency)
        return door.accept(entry)[0]

    return write
