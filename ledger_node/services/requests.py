"""Asking a hospital for a consent, and saying no."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, DeclineReason, RequestState
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.request import Request, Wanted
from ledger_node.errors import InvalidPurpose, InvalidWindow, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions, once


class Requests:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership

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
    def decline(self, _: Idempotency, request: str, reason: DeclineReason) -> Command:
        """The dataset's custodian says no. Open to a suspended organisation."""
        self._membership.require(Capability.CUSTODIAN, protective=True)
        as_of = block_of(self._index, None)
        found = require(self._index.find_request(request, as_of), "request")
        dataset = require(self._index.find_dataset(found.wanted.dataset, as_of), "dataset")
        self._membership.require_ours(dataset.custodian, "only the dataset's custodian answers a request")
        require_open(found)
        generation = generation_of(self._index, found.at)
        args = (request, int(reason))
        return Command("request.decline", "consents", "declineRequest", args, request, generation)


def require_open(request: Request) -> None:
    if request.state is not RequestState.OPEN:
        raise StateConflict("the request is answered", got=request.state.name, needed="an open request")
