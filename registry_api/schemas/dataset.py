"""Datasets, their versions, and erasures."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from ledger_node.domain import dataset as domain
from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.command import MAX_BATCH
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Asked,
    Counted,
    Digest,
    Hex,
    Id,
    Listing,
    Moment,
    NameOf,
    Organisation,
    Searchable,
    Stamped,
    Time,
    rfc3339,
    some_time,
)
from registry_api.schemas.document import WithCard, one_card
from registry_api.schemas.scope import EXAMPLE_SCOPE, Option, Scope, ShownScope

EXAMPLE_VERSION: JsonDict = {
    "number": None,
    "root": EXAMPLE_DIGEST,
    "cardDigest": EXAMPLE_DIGEST,
    "attestationDigest": EXAMPLE_DIGEST,
    "options": [113100, 113101],
    "sizeClass": "FROM_1_000",
    "claim": "PSEUDONYMISED",
    "supersession": "FIRST",
    "optOutCheckedAt": "2026-11-20T06:00:00Z",
}
EXAMPLE_PARENT: JsonDict = {"dataset": EXAMPLE_ID, "version": 1, "consent": EXAMPLE_ID}


class RegisterDataset(WithCard):
    """A dataset: what is the same in all its versions is in its card."""

    model_config = one_card({"card": {"title": "Breast ultrasound, 2019 to 2024", "modality": "US"}})


class PublishDatasetVersion(Asked):
    """An immutable version: the head of its tree of records, its card, and how it was de-identified."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_VERSION]})

    number: Counted | None = Field(
        None, description="The version's number, one more than the newest; the node counts when it is null."
    )
    root: Digest = Field(description="RFC 9162 tree head over the salted records.")
    card_digest: Digest = Field(description="sha-256 of the version's card.")
    attestation_digest: Digest = Field(description="sha-256 of the signed de-identification attestation.")
    options: list[Option] = Field(
        max_length=len(domain.DEIDENTIFICATION_OPTIONS), description="De-identification options, DICOM CID 7050 codes."
    )
    size_class: Annotated[str, NameOf(SizeClass)] = Field(description="How many records, as a class: never a count.")
    claim: Annotated[str, NameOf(PrivacyClaim)] = Field(description="The hospital's claim about the records.")
    supersession: Annotated[str, NameOf(Supersession)] = Field(
        description="FIRST for version 1, afterwards why there is a new version. WITHDRAWAL ends all before it."
    )
    opt_out_checked_at: Time | None = Field(None, description="When the opt-out list was last applied.")


class ParentVersion(Asked):
    """A dataset version that another is derived from."""

    dataset: Id
    version: Counted
    consent: Id | None = Field(None, description="The consent for DERIVE_DATASET; null for a dataset of one's own.")


class PublishDerivedVersion(PublishDatasetVersion):
    """A version made from others, each used under a consent for DERIVE_DATASET or of the same hospital."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**EXAMPLE_VERSION, "scope": EXAMPLE_SCOPE, "parents": [EXAMPLE_PARENT]}]}
    )

    scope: Scope = Field(description="What the derived dataset is made for; compared with the consents.")
    parents: list[ParentVersion] = Field(min_length=1, max_length=domain.MAX_PARENTS)


class NewVersionOf(PublishDatasetVersion):
    dataset: Id


class PublishDatasetVersions(Asked):
    """Versions of one dataset or of several, in their order: all are published or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"versions": [{"dataset": EXAMPLE_ID, **EXAMPLE_VERSION}]}]}
    )

    versions: list[NewVersionOf] = Field(min_length=1, max_length=MAX_BATCH)


class RecordErasure(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "receiptDigest": EXAMPLE_DIGEST}]})

    version: Counted
    receipt_digest: Digest = Field(description="sha-256 of a receipt that names no record.")


class ShownParent(Answer):
    dataset: Hex
    version: int
    consent: Hex | None


class Derivation(Answer):
    """Of what a version was derived, and what for."""

    scope: ShownScope
    parents: list[ShownParent]

    @classmethod
    def of(cls, found: domain.Derivation) -> Derivation:
        return cls(
            scope=ShownScope.of(found.scope),
            parents=[ShownParent(dataset=p.dataset, version=p.version, consent=p.consent) for p in found.parents],
        )


class DatasetVersion(Answer):
    number: int = Field(description="Counts from 1.")
    published_at: Moment
    root: Hex
    card_digest: Hex
    attestation_digest: Hex
    options: list[int] = Field(description="DICOM CID 7050 codes.")
    size_class: str
    claim: str
    supersession: str
    opt_out_checked_at: Moment | None
    derivation: Derivation | None
    epsilon_spent: int = Field(description="Privacy loss under all consents, in millionths of epsilon.")
    usable: bool = Field(description="Whether new runs and rounds may use it; a later withdrawal ends it.")

    @classmethod
    def of(cls, version: domain.DatasetVersion, lowest_usable: int) -> DatasetVersion:
        return cls(
            number=version.number,
            published_at=rfc3339(version.published_at),
            root=version.root,
            card_digest=version.card_digest,
            attestation_digest=version.attestation_digest,
            options=domain.options_of(version.options),
            size_class=version.size_class.name,
            claim=version.claim.name,
            supersession=version.supersession.name,
            opt_out_checked_at=some_time(version.opt_out_checked_at),
            derivation=None if version.derivation is None else Derivation.of(version.derivation),
            epsilon_spent=version.epsilon_spent,
            usable=version.number >= lowest_usable,
        )


def versions_of(found: list[domain.DatasetVersion]) -> list[DatasetVersion]:
    lowest = domain.lowest_usable(found)
    return [DatasetVersion.of(version, lowest) for version in found]


class DatasetSummary(Answer):
    id: Hex
    number: int = Field(description="Its place in the order of registration.")
    custodian: Organisation
    card_digest: Hex
    block: int = Field(description="The block of its registration.")


class Dataset(Stamped, DatasetSummary):
    versions: list[DatasetVersion]


class Datasets(Searchable):
    items: list[DatasetSummary]


class DatasetVersions(Searchable):
    items: list[DatasetVersion]


class Erasure(Answer):
    """A hospital's word that it erased records of a version."""

    version: int
    receipt_digest: Hex
    erased_at: Moment
    block: int

    @classmethod
    def of(cls, found: domain.Erasure) -> Erasure:
        return cls(
            version=found.version,
            receipt_digest=found.receipt_digest,
            erased_at=rfc3339(found.erased_at),
            block=found.at.block,
        )


class Erasures(Listing):
    items: list[Erasure]
