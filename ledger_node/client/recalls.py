"""Recalls of model versions, and acknowledging them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Document, Json, Selected, document_fields, id_, ids, selection
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Severity


class Recalls(Noun):
    def get(self, recall: str, *, as_of: AsOf | None = None) -> answers.Recall:
        """With who has acknowledged it."""
        return self._http.get(answers.Recall, _path(recall), {"asOf": as_of})

    def all(
        self,
        *,
        version: str | None = None,
        issuer: int | None = None,
        stands: bool | None = None,
        **selected: Unpack[Selected],
    ) -> Iterator[answers.Recall]:
        """Oldest first, those that were lifted included."""
        query = selection(
            selected, version=version, issuer=issuer, stands=None if stands is None else str(stands).lower()
        )
        return self._http.all_of(answers.Recall, "/v1/recalls", query)

    def issue(
        self,
        version: str,
        severity: Severity,
        notice: Document,
        *,
        replacement: str | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Recalls a version, by its publisher or a regulator; `replacement` is named by the publisher alone."""
        body: Json = {
            "version": id_(version, "model version"),
            "severity": severity.name,
            **document_fields(notice, "notice"),
            "replacement": ids(replacement, "model version"),
        }
        return self._http.write("/v1/recalls", body, idempotency_key, wait)

    def acknowledge(self, recall: str, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        """Says, once, that our organisation read it."""
        return self._http.write(f"{_path(recall)}/acknowledge", {}, idempotency_key, wait)

    def lift(self, recall: str, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        """Ends a recall that our organisation issued."""
        return self._http.write(f"{_path(recall)}/lift", {}, idempotency_key, wait)


def _path(recall: str) -> str:
    return f"/v1/recalls/{id_(recall, 'recall')}"
