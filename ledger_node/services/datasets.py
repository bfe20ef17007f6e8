"""Registering datasets, publishing their versions, recording erasures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger_node.domain.codes import Capability, Operation, PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.dataset import MAX_PARENTS, Dataset, Parent, lowest_usable
from ledger_node.domain.scope import Scope
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, StateConflict
from ledger_node.ports import Clock, Index
from ledger_node.proof import ids
from ledger_node.services.batches import each
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import block_of, require
from ledger_node.services.shapes import scope_of
from ledger_node.services.submissions import Submissions, once


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a custodian says of a version; digests are sha-256 as 0x-hex, `opt_out_checked_at` Unix seconds or 0.

    `number` is what the caller expects it to be; None for one more than the newest.
    """

    root: str
    card_digest: str
    attestation_digest: str
    options: int
    size_class: SizeClass
    claim: PrivacyClaim
    supersession: Supersession
    opt_out_checked_at: int
    number: int | None = None


class Datasets:
    def __init__(
        self,
        index: Index,
        submissions: Submissions,
        membership: Membership,
        permissions: Permissions,
        clock: Clock,
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._permissions = permissions
        self._clock = clock

    @once
    def register(self, idempotency: Idempotency, card_digest: str) -> Command:
        self._membership.require(Capability.CUSTODIAN)
        return self._submissions.making(
            idempotency, ids.DATASET, "dataset.register", "datasets", "registerDataset", card_digest
        )

    @once
    def publish_version(self, _: Idempotency, dataset: str, version: NewVersion) -> Command:
        found, generation = self._require_ours(dataset)
        number = self._require_next(found, version, 0)
        args = (dataset, number, _publication(version))
        return Command("version.publish", "datasets", "publishVersion", args, dataset, generation)

    @once
    def publish_versions(self, _: Idempotency, versions: Sequence[tuple[str, NewVersion]]) -> Command:
        """1 to MAX_BATCH versions (each with its dataset's id) in their order, all or none."""
        earlier: dict[str, int] = {}

        def shown(item: tuple[str, NewVersion]) -> tuple[object, ...]:
            dataset, version = item
            found, _generation = self._require_ours(dataset)
            number = self._require_next(found, version, earlier.get(dataset, 0))
            earlier[dataset] = earlier.get(dataset, 0) + 1
            return dataset, number, _publication(version)

        items = each("versions", versions, shown)
        subject = next(iter(earlier)) if len(earlier) == 1 else None
        return Command("version.publish", "datasets", "publishVersions", (items,), subject)

    @once
    def publish_derived_version(
        self, _: Idempotency, dataset: str, version: NewVersion, scope: Scope, parents: Sequence[Parent]
    ) -> Command:
        """A version made from others; each parent needs a consent for DERIVE_DATASET, or is our own."""
        found, generation = self._require_ours(dataset)
        number = self._require_next(found, version, 0)
        if not 1 <= len(parents) <= MAX_PARENTS:
            raise InvalidField("a derived version has parents", got=f"{len(parents)}", needed=f"1 to {MAX_PARENTS}")
        for position, parent in enumerate(parents):
            self._require_usable(parent, position, dataset, number)
        ours = self._submissions.identity.organisation
        self._permissions.require(
            [
                (n, one.consent, Use(ours, one.dataset, one.version, Operation.DERIVE_DATASET, scope))
                for n, one in enumerate(parents)
                if one.consent is not None
            ]
        )
        shown = [(one.dataset, one.version, one.consent or NOTHING) for one in parents]
        args = (dataset, number, _publication(version), scope_of(scope), shown)
        return Command("version.derive", "datasets", "publishDerivedVersion", args, dataset, generation)

    @once
    def record_erasure(self, _: Idempotency, dataset: str, version: int, receipt_digest: str) -> Command:
        """Our word that records of a version were erased. Open to a suspended organisation."""
        self._membership.require(Capability.CUSTODIAN, protective=True)
        as_of = block_of(self._index, None)
        found = require(self._index.find_dataset(dataset, as_of), "dataset")
        self._membership.require_ours(found.custodian, "only the dataset's custodian records an erasure")
        require(self._index.find_dataset_version(dataset, version, as_of), "version of this dataset")
        if any(one.receipt_digest == receipt_digest for one in self._index.erasures(dataset, as_of)):
            raise StateConflict("this erasure is recorded already", got="the same receipt", needed="a new receipt")
        args = (dataset, version, receipt_digest)
        generation = generation_of(self._index, found.at)
        return Command("erasure.record", "datasets", "recordErasure", args, dataset, generation)

    def _require_ours(self, dataset: str) -> tuple[Dataset, int | None]:
        self._membership.require(Capability.CUSTODIAN)
        found = require(self._index.find_dataset(dataset, block_of(self._index, None)), "dataset")
        self._membership.require_ours(found.custodian, "only the custodian publishes versions of a dataset")
        return found, require_in_force(self._index, found.at, "dataset")

    def _require_next(self, dataset: Dataset, version: NewVersion, earlier: int) -> int:
        """The number that the version gets, with `earlier` versions of the dataset before it in the same batch."""
        known = self._index.dataset_versions(dataset.id, block_of(self._index, None))
        number = len(known) + earlier + 1
        if version.number not in (None, number):
            raise StateConflict(
                "the version is not the dataset's next", got=f"version {version.number}", needed=f"version {number}"
            )
        if (number == 1) != (version.supersession is Supersession.FIRST):
            raise StateConflict(
                "the supersession does not fit the dataset's versions",
                got=version.supersession.name,
                needed="FIRST for version 1, another reason after it",
            )
        if version.opt_out_checked_at > self._clock.now():
            raise InvalidField("optOutCheckedAt lies in the future", needed="a time that has passed, or none")
        return number

    def _require_usable(self, parent: Parent, position: int, dataset: str, number: int) -> None:
        """As `DatasetRegistry._requireParent`: no version is its own parent, and what needs no consent is our own."""
        as_of = block_of(self._index, None)
        where = f"body.parents[{position}]"
        if parent.dataset == dataset and parent.version >= number:
            raise InvalidField("a version is its own parent", needed="an earlier version", field=where)
        found = require(self._index.find_dataset(parent.dataset, as_of), "dataset")
        if parent.consent is not None:
            return
        self._membership.require_ours(found.custodian, f"parent {position} is another hospital's and needs a consent")
        versions = self._index.dataset_versions(parent.dataset, as_of)
        if not lowest_usable(versions) <= parent.version <= len(versions):
            raise StateConflict(
                "a parent version is not there, or was superseded for withdrawal",
                got=f"version {parent.version} at position {position}",
                needed=f"version {lowest_usable(versions)} to {len(versions)}",
            )


def _publication(version: NewVersion) -> tuple[object, ...]:
    return (
        version.root,
        version.card_digest,
        version.attestation_digest,
        version.options,
        int(version.size_class),
        int(version.claim),
        int(version.supersession),
        version.opt_out_checked_at,
    )
