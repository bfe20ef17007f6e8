"""Datasets and their versions, as far as the ledger knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger_node.client import answers
from ledger_node.client.inputs import Document, Json, card_fields, digest, id_, times
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a custodian says of a version. `root` and the digests are 0x-hex, `options` codes of CID 7050."""

    root: str
    card_digest: str
    attestation_digest: str
    size_class: SizeClass
    supersession: Supersession
    options: Sequence[int] = ()
    claim: PrivacyClaim = PrivacyClaim.PSEUDONYMISED
    opt_out_checked_at: datetime | None = None

    def body(self) -> Json:
        return {
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
    def get(self, dataset: str, *, as_of: int | None = None) -> answers.Dataset:
        """With its versions."""
        return self._http.get(answers.Dataset, f"/v1/datasets/{id_(dataset, 'dataset')}", {"asOf": as_of})

    def list(
        self, *, custodian: int | None = None, as_of: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> answers.Page[answers.Dataset]:
        query = {"custodian": custodian, "asOf": as_of, "limit": limit, "cursor": cursor}
        return self._http.page(answers.Dataset, "/v1/datasets", query)

    def all(self, *, custodian: int | None = None, as_of: int | None = None) -> Iterator[answers.Dataset]:
        return self._http.all_of(answers.Dataset, "/v1/datasets", {"custodian": custodian, "asOf": as_of})

    def versions(self, dataset: str, *, as_of: int | None = None) -> Iterator[answers.DatasetVersion]:
        path = f"/v1/datasets/{id_(dataset, 'dataset')}/versions"
        return self._http.all_of(answers.DatasetVersion, path, {"asOf": as_of})

    def impact(self, dataset: str, *, as_of: int | None = None) -> Iterator[answers.Affected]:
        """Every model version that learnt from the dataset, base models included."""
        path = f"/v1/datasets/{id_(dataset, 'dataset')}/impact"
        return self._http.all_of(answers.Affected, path, {"asOf": as_of})

    def register(self, card: Document, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/datasets", card_fields(card), idempotency_key, wait)

    def publish(
        self, dataset: str, version: NewVersion, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Publishes the next version; FIRST exactly for version 1."""
        path = f"/v1/datasets/{id_(dataset, 'dataset')}/versions"
        return self._http.write(path, version.body(), idempotency_key, wait)
