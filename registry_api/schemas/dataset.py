"""Datasets and their versions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from ledger_node.domain import dataset as domain
from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    Answer,
    Asked,
    Digest,
    Hex,
    Listing,
    Moment,
    NameOf,
    Organisation,
    Stamped,
    Time,
    rfc3339,
    some_time,
    whole,
)
from registry_api.schemas.document import WithCard, one_card

FIRST_OPTION, LAST_OPTION = domain.DEIDENTIFICATION_OPTIONS[0], domain.DEIDENTIFICATION_OPTIONS[-1]
Option = Annotated[int, Field(ge=FIRST_OPTION, le=LAST_OPTION), BeforeValidator(whole)]


class RegisterDataset(WithCard):
    """A dataset: what is the same in all its versions is in its card."""

    model_config = one_card({"card": {"title": "Breast ultrasound, 2019 to 2024", "modality": "US"}})


class PublishDatasetVersion(Asked):
    """An immutable version: the head of its tree of records, its card, and how it was de-identified."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "root": EXAMPLE_DIGEST,
                    "cardDigest": EXAMPLE_DIGEST,
                    "attestationDigest": EXAMPLE_DIGEST,
                    "options": [113100, 113101],
                    "sizeClass": "FROM_1_000",
                    "claim": "PSEUDONYMISED",
                    "supersession": "FIRST",
                    "optOutCheckedAt": "2026-11-20T06:00:00Z",
                }
            ]
        }
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
            usable=version.number >= lowest_usable,
        )


def versions_of(found: list[domain.DatasetVersion]) -> list[DatasetVersion]:
    lowest = domain.lowest_usable(found)
    return [DatasetVersion.of(version, lowest) for version in found]


class DatasetSummary(Answer):
    id: Hex
    custodian: Organisation
    card_digest: Hex
    block: int = Field(description="The block of its registration.")


class Dataset(Stamped, DatasetSummary):
    versions: list[DatasetVersion]


class Datasets(Listing):
    items: list[DatasetSummary]


class DatasetVersions(Listing):
    items: list[DatasetVersion]
