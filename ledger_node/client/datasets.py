"""Datasets and their versions, as far as the ledger knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import (
    AsOf,
    Document,
    Json,
    Parent,
    Scope,
    Searched,
    card_fields,
    digest,
    id_,
    parents,
    scope_body,
    searching,
    times,
)
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a custodian says of a version. `root` and the digests are 0x-hex, `options` codes of CID 7050.

    `number` is one more than the newest version's; the node counts when it is None.
    """

    root: str
    card_digest: str
    attestation_digest: str
    size_class: SizeClass
    supersession: Supersession
    options: Sequence[int] = ()
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED
    opt_out_checked_at: datetime | None = None
    number: int | None = None

    def body(self) -> Json:
        return {
            "number": self.number,
            "root": digest(self.root, "tree"),
            "cardDigest": digest(self.card_digest, "card"),
            "attestationDigest": digest(self.attestation_digest, "attestation"),
            "options": list(self.options),
            "sizeClass": self.size_class.name,
            "claim": self.claim.name,
            "supersession": self.supersession.name,
            "optOutCheckedAt": times(self.opt_out_checked_at),
        }


class Datasets(Noun):
    def get(self, dataset: str, *, as_of: AsOf | None = None) -> answers.Dataset:
        """With its versions."""
        return self._http.get(answers.Dataset, _path(dataset), {"asOf": as_of})

    def list(
        self, *, custodian: int | None = None, limit: int = 50, cursor: str | None = None, **selected: Unpack[Searched]
    ) -> answers.Page[answers.Dataset]:
        query = searching(selected, custodian=custodian, limit=limit, cursor=cursor)
        return self._http.page(answers.Dataset, "/v1/datasets", query)

    def all(self, *, custodian: int | None = None, **selected: Unpack[Searched]) -> Iterator[answers.Dataset]:
        query = searching(selected, custodian=custodian)
        return self._http.all_of(answers.Dataset, "/v1/datasets", query)

    def evidence(
        self, dataset: str, number: int, *, as_of: AsOf | None = None, validators_at: int | None = None
    ) -> bytes:
        """A version's evidence bundle, byte for byte as the node made it. EvidenceUnavailable for a block without
        proofs."""
        return self._http.get_bytes(
            f"{_path(dataset)}/versions/{number}/evidence", {"asOf": as_of, "validatorsAt": validators_at}
        )

    def export(self, dataset: str, number: int, *, as_of: AsOf | None = None) -> bytes:
        """A version's card as Croissant, byte for byte. NotFound when its card is none."""
        return self._http.get_bytes(f"{_path(dataset)}/versions/{number}/exports/croissant", {"asOf": as_of})

    def versions(
        self, dataset: str, *, as_of: AsOf | None = None, text: str | None = None
    ) -> Iterator[answers.DatasetVersion]:
        return self._http.all_of(answers.DatasetVersion, f"{_path(dataset)}/versions", {"asOf": as_of, "text": text})

    def erasures(self, dataset: str, *, as_of: AsOf | None = None) -> Iterator[answers.Erasure]:
        return self._http.all_of(answers.Erasure, f"{_path(dataset)}/erasures", {"asOf": as_of})

    def impact(self, dataset: str, *, as_of: AsOf | None = None) -> Iterator[answers.Affected]:
        """Every model version that learnt from the dataset, base models and derived datasets included."""
        return self._http.all_of(answers.Affected, f"{_path(dataset)}/impact", {"asOf": as_of})

    def register(self, card: Document, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/datasets", card_fields(card), idempotency_key, wait)

    def publish(
        self, dataset: str, version: NewVersion, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Publishes the next version; FIRST exactly for version 1."""
        return self._http.write(f"{_path(dataset)}/versions", version.body(), idempotency_key, wait)

    def publish_all(
        self, versions: Sequence[tuple[str, NewVersion]], *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Publishes up to 100 versions, each with its dataset, in their order: all or none."""
        body: Json = {
            "versions": [{"dataset": id_(dataset, "dataset"), **version.body()} for dataset, version in versions]
        }
        return self._http.write("/v1/dataset-versions", body, idempotency_key, wait)

    def derive(
        self,
        dataset: str,
        version: NewVersion,
        *,
        scope: Scope,
        derived_from: Sequence[Parent],
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Publishes the next version as derived from others, each under a consent for DERIVE_DATASET or our own."""
        body: Json = {**version.body(), "scope": scope_body(scope), "parents": parents(derived_from)}
        return self._http.write(f"{_path(dataset)}/derived-versions", body, idempotency_key, wait)

    def record_erasure(
        self,
        dataset: str,
        version: int,
        receipt_digest: str,
        *,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Records that records of a version were erased, by the digest of a receipt that names no record."""
        body: Json = {"version": version, "receiptDigest": digest(receipt_digest, "receipt")}
        return self._http.write(f"{_path(dataset)}/erasures", body, idempotency_key, wait)


def _path(dataset: str) -> str:
    return f"/v1/datasets/{id_(dataset, 'dataset')}"
