"""Registering device streams and anchoring their tree heads."""

from __future__ import annotations

from ledger_node.domain.codes import Capability
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import Submission
from ledger_node.errors import InvalidField
from ledger_node.proof import ids
from ledger_node.services.membership import Membership
from ledger_node.services.submissions import Submissions

PADDING = 128  # leaves: an anchored size is a multiple, so that it says nothing about one patient


class Streams:
    def __init__(self, submissions: Submissions, membership: Membership) -> None:
        self._submissions = submissions
        self._membership = membership

    def register(self, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN)
        salt = self._submissions.salt(idempotency)
        stream = self._submissions.derive(ids.STREAM, "anchors", salt)
        return self._submissions.submit(
            Command("stream.register", "anchors", "registerStream", (salt,), stream), idempotency
        )

    def anchor(self, stream: str, size: int, root: str, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN)
        if size <= 0 or size % PADDING:
            raise InvalidField("a stream is padded before it is anchored", needed=f"a multiple of {PADDING}")
        return self._submissions.submit(
            Command("stream.anchor", "anchors", "anchor", (stream, size, root), stream), idempotency
        )
