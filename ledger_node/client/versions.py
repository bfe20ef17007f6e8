"""Model versions: their life, where they came from, and the evidence that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Searched, id_, named, searching
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.export import ExportFormat


class Versions(Noun):
    def list(
        self,
        *,
        publisher: int | None = None,
        lifecycle: Lifecycle | None = None,
        limit: int = 50,
        cursor: str | None = None,
        **selected: Unpack[Searched],
    ) -> answers.Page[answers.ModelVersion]:
        """Those of all models."""
        query = searching(selected, publisher=publisher, lifecycle=named(lifecycle), limit=limit, cursor=cursor)
        return self._http.page(answers.ModelVersion, "/v1/versions", query)

    def all(
        self, *, publisher: int | None = None, lifecycle: Lifecycle | None = None, **selected: Unpack[Searched]
    ) -> Iterator[answers.ModelVersion]:
        query = searching(selected, publisher=publisher, lifecycle=named(lifecycle))
        return self._http.all_of(answers.ModelVersion, "/v1/versions", query)

    def get(self, version: str, *, as_of: AsOf | None = None) -> answers.ModelVersion:
        return self._http.get(answers.ModelVersion, _path(version), {"asOf": as_of})

    def lineage(self, version: str, *, as_of: AsOf | None = None) -> answers.Lineage:
        """Every fact behind the version, as a graph."""
        return self._http.get(answers.Lineage, f"{_path(version)}/lineage", {"asOf": as_of})

    def questions(self, version: str, *, as_of: AsOf | None = None) -> answers.Questions:
        """The 22 questions that a regulator asks about the version."""
        return self._http.get(answers.Questions, f"{_path(version)}/questions", {"asOf": as_of})

    def question(self, version: str, number: int, *, as_of: AsOf | None = None) -> answers.QuestionAnswer:
        """The answer to one of them: facts with how each is known, and what is missing."""
        return self._http.get(answers.QuestionAnswer, f"{_path(version)}/questions/{number}", {"asOf": as_of})

    def evidence(self, version: str, *, as_of: AsOf | None = None, validators_at: int | None = None) -> bytes:
        """The evidence bundle, byte for byte as the node made it. EvidenceUnavailable for a block without proofs."""
        return self._http.get_bytes(f"{_path(version)}/evidence", {"asOf": as_of, "validatorsAt": validators_at})

    def export(self, version: str, form: ExportFormat, *, as_of: AsOf | None = None) -> bytes:
        """Where it came from, in a form that other tools read."""
        return self._http.get_bytes(f"{_path(version)}/exports/{form.value}", {"asOf": as_of})

    def release(
        self,
        version: str,
        *,
        for_sale: bool = False,
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Releases it for use; for sale, the consent of every input of its run must permit COMMERCIALISE.

        `contract_check_only` skips the node's own check: the contract alone decides.
        """
        query = {"check": "contract" if contract_check_only else None}
        return self._http.write(f"{_path(version)}/release", {"forSale": for_sale}, idempotency_key, wait, query)

    def deprecate(self, version: str, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        """Advises against further use."""
        return self._http.write(f"{_path(version)}/deprecate", {}, idempotency_key, wait)

    def withdraw(self, version: str, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        """Takes it back for ever."""
        return self._http.write(f"{_path(version)}/withdraw", {}, idempotency_key, wait)


def _path(version: str) -> str:
    return f"/v1/versions/{id_(version, 'model version')}"
