"""Runs, rounds, contributions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger_node.client import answers
from ledger_node.client.inputs import Document, Input, Json, card_fields, digest, id_, inputs, mask, one
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Operation, Outcome, Purpose


class Runs(Noun):
    def get(self, run: str, *, as_of: int | None = None) -> answers.Run:
        """With its inputs, rounds and contributions."""
        return self._http.get(answers.Run, _path(run), {"asOf": as_of})

    def list(
        self, *, as_of: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> answers.Page[answers.Run]:
        return self._http.page(answers.Run, "/v1/runs", {"asOf": as_of, "limit": limit, "cursor": cursor})

    def all(self, *, as_of: int | None = None) -> Iterator[answers.Run]:
        return self._http.all_of(answers.Run, "/v1/runs", {"asOf": as_of})

    def rounds(self, run: str, *, as_of: int | None = None) -> Iterator[answers.Round]:
        return self._http.all_of(answers.Round, f"{_path(run)}/rounds", {"asOf": as_of})

    def open(
        self,
        model: str,
        *,
        operation: Operation,
        purposes: Purpose,
        card: Document,
        inputs_used: Sequence[Input],
        project_ref: str | None = None,
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Opens a run on inputs, each checked and charged for the operation in the same transaction.

        `contract_check_only` skips the node's own check: the contract alone decides.
        """
        body: Json = {
            "model": id_(model, "model"),
            "operation": one(operation),
            "purposes": mask(purposes),
            "projectRef": None if project_ref is None else digest(project_ref, "project"),
            **card_fields(card),
            "inputs": inputs(inputs_used),
        }
        return self._http.write("/v1/runs", body, idempotency_key, wait, _check(contract_check_only))

    def open_round(
        self, run: str, *, contract_check_only: bool = False, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Opens the next round; every input's consent is checked again and charged one round."""
        return self._http.write(f"{_path(run)}/rounds", {}, idempotency_key, wait, _check(contract_check_only))

    def contribute(
        self, run: str, number: int, update_digest: str, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Records the digest of our hospital's update to an open round."""
        body: Json = {"updateDigest": digest(update_digest, "update")}
        return self._http.write(f"{_path(run)}/rounds/{number}/contributions", body, idempotency_key, wait)

    def close_round(
        self, run: str, number: int, aggregate_digest: str, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        body: Json = {"aggregateDigest": digest(aggregate_digest, "aggregate")}
        return self._http.write(f"{_path(run)}/rounds/{number}/close", body, idempotency_key, wait)

    def close(
        self,
        run: str,
        outcome: Outcome,
        *,
        result_digest: str | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """COMPLETED has a result, ABANDONED has none."""
        result = None if result_digest is None else digest(result_digest, "result")
        body: Json = {"outcome": outcome.name, "resultDigest": result}
        return self._http.write(f"{_path(run)}/close", body, idempotency_key, wait)


def _path(run: str) -> str:
    return f"/v1/runs/{id_(run, 'run')}"


def _check(contract_check_only: bool) -> dict[str, str | int | None]:
    return {"check": "contract" if contract_check_only else None}
