"""Models, and publishing their versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Document, Json, Searched, card_fields, digest, id_, searching
from ledger_node.client.noun import WAIT, Noun


class Models(Noun):
    def get(self, model: str, *, as_of: AsOf | None = None) -> answers.Model:
        return self._http.get(answers.Model, _path(model), {"asOf": as_of})

    def list(
        self, *, publisher: int | None = None, limit: int = 50, cursor: str | None = None, **selected: Unpack[Searched]
    ) -> answers.Page[answers.Model]:
        query = searching(selected, publisher=publisher, limit=limit, cursor=cursor)
        return self._http.page(answers.Model, "/v1/models", query)

    def all(self, *, publisher: int | None = None, **selected: Unpack[Searched]) -> Iterator[answers.Model]:
        query = searching(selected, publisher=publisher)
        return self._http.all_of(answers.Model, "/v1/models", query)

    def versions(
        self, model: str, *, as_of: AsOf | None = None, text: str | None = None
    ) -> Iterator[answers.ModelVersion]:
        return self._http.all_of(answers.ModelVersion, f"{_path(model)}/versions", {"asOf": as_of, "text": text})

    def register(self, card: Document, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/models", card_fields(card), idempotency_key, wait)

    def publish(
        self,
        model: str,
        *,
        run: str,
        artifact_digest: str,
        card: Document,
        parents: Sequence[str] = (),
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Publishes the next version from a completed run; what it trained on must permit EXPORT_WEIGHTS.

        `contract_check_only` skips the node's own check: the contract alone decides.
        """
        body: Json = {"run": id_(run, "run"), **_made(artifact_digest, card, parents)}
        query = {"check": "contract" if contract_check_only else None}
        return self._http.write(f"{_path(model)}/versions", body, idempotency_key, wait, query)

    def import_version(
        self,
        model: str,
        *,
        artifact_digest: str,
        card: Document,
        parents: Sequence[str] = (),
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Publishes the next version as an import: made elsewhere, with no run and no consent checked here."""
        body = _made(artifact_digest, card, parents)
        return self._http.write(f"{_path(model)}/imports", body, idempotency_key, wait)


def _made(artifact_digest: str, card: Document, parents: Sequence[str]) -> Json:
    return {
        "artifactDigest": digest(artifact_digest, "model's files"),
        **card_fields(card),
        "parents": [id_(parent, "model version") for parent in parents],
    }


def _path(model: str) -> str:
    return f"/v1/models/{id_(model, 'model')}"
