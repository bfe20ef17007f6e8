"""Asking a hospital for a consent, talking about it, and saying no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from ledger_node.domain.codes import Capability, DeclineReason
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.request import MOST_MESSAGES, NewMessage, Request, Wanted
from ledger_node.domain.visa import Visa
from ledger_node.errors import InvalidField, InvalidPurpose, InvalidVisa, InvalidWindow, NotPermitted, StateConflict
from ledger_node.ports import Clock, Index, Visas
from ledger_node.proof import ids
from ledger_node.proof.strict_json import Json, dump_canonical
from ledger_node.services.documents import Documents
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions, once


class NoVisas:
    """The Visas port of a node that trusts no issuer."""

    def read(self, visa: str, request: str, now: int) -> Visa:
        del request, now
        raise InvalidVisa(
            "this node trusts no issuer of visas",
            got=f"text of {len(visa)} characters",
            needed="`visas.issuers` in the node's configuration",
        )


class Requests:
    def __init__(
        self,
        index: Index,
        submissions: Submissions,
        membership: Membership,
        documents: Documents,
        visas: Visas,
        clock: Clock,
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._documents = documents
        self._visas = visas
        self._clock = clock

    @once
    def make(self, idempotency: Idempotency, wanted: Wanted) -> Command:
        """Asks the dataset's custodian, in the name of our organisation, a publisher or a custodian."""
        self._membership.require(Capability.PUBLISHER, Capability.CUSTODIAN)
        dataset = require(self._index.find_dataset(wanted.dataset, block_of(self._index, None)), "dataset")
        require_in_force(self._index, dataset.at, "dataset")
        if not wanted.purposes or not wanted.operations:
            raise InvalidPurpose("a request names purposes and operations", got="an empty list", needed="at least one")
        if wanted.expires_at <= wanted.not_before:
            raise InvalidWindow("the window is empty", needed="expiresAt after notBefore", field="body.expiresAt")
        values = (
            wanted.dataset,
            int(wanted.purposes),
            int(wanted.operations),
            wanted.condition,
            int(wanted.regions),
            wanted.not_before,
            wanted.expires_at,
            wanted.max_rounds,
            wanted.epsilon_budget,
            wanted.project_ref,
            wanted.card_digest,
        )
        return self._submissions.making(idempotency, ids.REQUEST, "request.make", "consents", "makeRequest", values)

    @once
    def send_message(self, _: Idempotency, request: str, message: NewMessage) -> Callable[[], Command]:
        """The requester or the dataset's custodian says something about an open request, for everybody to read."""
        ours = self._membership.require()
        found, custodian = self._get(request)
        if ours.number not in (found.requester, custodian):
            raise NotPermitted(
                "only the requester and the dataset's custodian talk about a request",
                got=f"organisation {ours.number}",
                needed=f"organisation {found.requester} or {custodian}",
            )
        require_open(found)
        generation = require_in_force(self._index, found.at, "request")
        sent = len(found.messages)
        if sent == MOST_MESSAGES:
            raise StateConflict("the request has all the messages that it may have", got=f"{sent}", needed="an answer")
        if message.in_reply_to is not None and message.in_reply_to > sent:
            raise InvalidField(
                "there is no such message to reply to",
                got=f"{message.in_reply_to}",
                needed=f"the number of one of {sent} messages, or null",
                field="body.inReplyTo",
            )

        def made() -> Command:
            visas = [self.read_visa(request, visa) for visa in message.visas]  # their issuers may be asked for keys
            digest = self._documents.put(dump_canonical(document_of(request, message, visas)), with_next=True)
            # The number says which messages were there: who has not seen the newest is refused by the contract.
            return Command("message.send", "consents", "sendMessage", (request, sent + 1, digest), request, generation)

        return made

    def read_visa(self, request: str, visa: str) -> Visa:
        """What a visa that is shown for a request grants. InvalidVisa; ProviderUnreachable. Nothing of it is kept."""
        return self._visas.read(visa, request, self._clock.now())

    @once
    def decline(self, _: Idempotency, request: str, reason: DeclineReason) -> Command:
        """The dataset's custodian says no. Open to a suspended organisation."""
        self._membership.require(Capability.CUSTODIAN, protective=True)
        found, custodian = self._get(request)
        self._membership.require_ours(custodian, "only the dataset's custodian answers a request")
        require_open(found)
        generation = generation_of(self._index, found.at)
        args = (request, int(reason))
        return Command("request.decline", "consents", "declineRequest", args, request, generation)

    def _get(self, request: str) -> tuple[Request, int]:
        """The request, and the number of the dataset's custodian."""
        as_of = block_of(self._index, None)
        found = require(self._index.find_request(request, as_of), "request")
        return found, require(self._index.find_dataset(found.wanted.dataset, as_of), "dataset").custodian


def document_of(request: str, message: NewMessage, visas: Sequence[Visa] = ()) -> dict[str, Json]:
    """The public document of a message, as its schema has it."""
    document: dict[str, Json] = {"format": "medledger-message/1", "request": request, "text": message.text}
    if message.in_reply_to is not None:
        document["inReplyTo"] = message.in_reply_to
    if visas:
        document["visas"] = [statement_of(visa) for visa in visas]
    return document


def statement_of(visa: Visa) -> dict[str, Json]:
    """What is said of a visa in public."""
    return {name: value for name, value in asdict(visa).items() if value is not None}


def require_open(request: Request) -> None:
    if not request.is_open:
        raise StateConflict("the request is answered", got=request.state.name, needed="an open request")
