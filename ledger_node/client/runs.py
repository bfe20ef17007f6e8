"""Runs, and closing them. Their rounds are in `rounds`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import (
    AsOf,
    Document,
    Input,
    Json,
    Scope,
    Selected,
    card_fields,
    digests,
    id_,
    inputs,
    named,
    scope_body,
    selection,
)
from ledger_node.client.noun import WAIT
from ledger_node.client.rounds import Rounds, run_path
from ledger_node.domain.codes import Outcome


class Runs(Rounds):
    def get(self, run: str, *, as_of: AsOf | None = None) -> answers.Run:
        """With its inputs, rounds and answers."""
        return self._http.get(answers.Run, run_path(run), {"asOf": as_of})

    def list(
        self,
        *,
        publisher: int | None = None,
        model: str | None = None,
        outcome: Outcome | None = None,
        limit: int = 50,
        cursor: str | None = None,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Run]:
        query = selection(
            selected, publisher=publisher, model=model, outcome=named(outcome), limit=limit, cursor=cursor
        )
        return self._http.page(answers.Run, "/v1/runs", query)

    def all(
        self,
        *,
        publisher: int | None = None,
        model: str | None = None,
        outcome: Outcome | None = None,
        **selected: Unpack[Selected],
    ) -> Iterator[answers.Run]:
        query = selection(selected, publisher=publisher, model=model, outcome=named(outcome))
        return self._http.all_of(answers.Run, "/v1/runs", query)

    def open(
        self,
        model: str,
        *,
        scope: Scope,
        card: Document,
        inputs_used: Sequence[Input],
        code_digest: str | None = None,
        container_digest: str | None = None,
        contract_check_only: bool = False,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """Opens a run on inputs, each checked for its operation and recorded in the same transaction.

        `contract_check_only` skips the node's own check: the contract alone decides.
        """
        body: Json = {
            "model": id_(model, "model"),
            "scope": scope_body(scope),
            **card_fields(card),
            "codeDigest": digests(code_digest, "program"),
            "containerDigest": digests(container_digest, "container"),
            "inputs": inputs(inputs_used),
        }
        query = {"check": "contract" if contract_check_only else None}
        return self._http.write("/v1/runs", body, idempotency_key, wait, query)

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
        body: Json = {"outcome": outcome.name, "resultDigest": digests(result_digest, "result")}
        return self._http.write(f"{run_path(run)}/close", body, idempotency_key, wait)
