"""Registering datasets and publishing their versions."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Capability, PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import Submission
from ledger_node.errors import InvalidField, NotPermitted, StateConflict
from ledger_node.ports import Clock, Index
from ledger_node.proof import ids
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a custodian says of a version; digests are sha-256 as 0x-hex, `opt_out_checked_at` Unix seconds or 0."""

    root: str
    card_digest: str
    attestation_digest: str
    options: int
    size_class: SizeClass
    claim: PrivacyClaim
    supersession: Supersession
    opt_out_checked_at: int


class Datasets:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership, clock: Clock) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._clock = clock

    def register(self, card_digest: str, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN)
        salt = self._submissions.salt(idempotency)
        dataset = self._submissions.derive(ids.DATASET, "datasets", salt)
        command = Command("dataset.register", "datasets", "registerDataset", (salt, card_digest), dataset)
        return self._submissions.submit(command, idempotency)

    def publish_version(self, dataset: str, version: NewVersion, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN)
        as_of = block_of(self._index, None)
        found = require(self._index.find_dataset(dataset, as_of), "dataset")
        ours = self._submissions.identity.organisation
        if found.custodian != ours:
            raise NotPermitted(
                "only the custodian publishes versions of a dataset",
                got=f"organisation {ours}",
                needed=f"organisation {found.custodian}",
            )
        first = not self._index.dataset_versions(dataset, as_of)
        if first != (version.supersession is Supersession.FIRST):
            raise StateConflict(
                "the supersession does not fit the dataset's versions",
                got=version.supersession.name,
                needed="FIRST for version 1, another reason after it",
            )
        if version.opt_out_checked_at > self._clock.now():
            raise InvalidField("optOutCheckedAt lies in the future", needed="a time that has passed, or none")
        publication = (
            version.root,
            version.card_digest,
            version.attestation_digest,
            version.options,
            int(version.size_class),
            int(version.claim),
            int(version.supersession),
            version.opt_out_checked_at,
        )
        command = Command("version.publish", "datasets", "publishVersion", (dataset, publication), dataset)
        return self._submissions.submit(command, idempotency)
