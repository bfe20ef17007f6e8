"""Runs with their rounds and answers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row

from ledger_node.domain.codes import Operation, Outcome, Reason, Refusal
from ledger_node.domain.training import Answer, Round, Run, RunInput
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, every, first, grouped, or_none, paged, position, scope
from ledger_node.store.schema import runs as t


class RunReads(Reads):
    def runs(self, page: Page) -> list[Run]:
        with self._database.read() as c:
            return _runs(c, list(c.execute(paged(t.run, page))), page.as_of)

    def find_run(self, run: str, as_of: int) -> Run | None:
        with self._database.read() as c:
            row = first(c, t.run, as_of, id=run)
            return None if row is None else _runs(c, [row], as_of)[0]

    def runs_using(
        self, *, dataset: str | None = None, version: int | None = None, consent: str | None = None, as_of: int
    ) -> list[str]:
        wanted = {"dataset": dataset, "version": version, "consent": consent}
        where = {name: value for name, value in wanted.items() if value is not None}
        with self._database.read() as c:
            return list(dict.fromkeys(row.run for row in every(c, t.run_input, as_of, **where)))


def _runs(c: Connection, rows: list[Row[Any]], as_of: int) -> list[Run]:
    ids = [row.id for row in rows]
    inputs = grouped(c, t.run_input, "run", ids, as_of)
    rounds = _rounds(c, ids, as_of)
    closings = grouped(c, t.run_closed, "run", ids, as_of)
    return [_run(row, inputs[row.id], rounds[row.id], closings[row.id]) for row in rows]


def _run(row: Row[Any], inputs: list[Row[Any]], rounds: list[Round], closings: list[Row[Any]]) -> Run:
    closing = closings[0] if closings else None
    return Run(
        id=row.id,
        publisher=row.publisher,
        opened_at=row.opened_at,
        model=row.model,
        scope=scope(row),
        card_digest=row.card_digest,
        code_digest=or_none(row.code_digest),
        container_digest=or_none(row.container_digest),
        inputs=tuple(
            RunInput(i.dataset, i.version, i.consent, Operation(i.operation))
            for i in sorted(inputs, key=lambda i: int(i.position))
        ),
        rounds=tuple(rounds),
        outcome=Outcome(closing.outcome) if closing else Outcome.OPEN,
        result_digest=or_none(closing.result_digest) if closing else None,
        closed_at=closing.closed_at if closing else None,
        at=position(row),
    )


def _rounds(c: Connection, runs: list[str], as_of: int) -> dict[str, list[Round]]:
    """The rounds of each run, in their order."""
    answers: dict[tuple[str, int], list[Answer]] = defaultdict(list)
    for rows in grouped(c, t.answer, "run", runs, as_of).values():
        for row in rows:
            answers[row.run, row.round].append(_answer(row))
    closings = {
        (row.run, row.round): row for rows in grouped(c, t.round_closed, "run", runs, as_of).values() for row in rows
    }
    found: dict[str, list[Round]] = defaultdict(list)
    for rows in grouped(c, t.round_opened, "run", runs, as_of).values():
        for row in rows:
            closing = closings.get((row.run, row.number))
            found[row.run].append(
                Round(
                    number=row.number,
                    epsilon=row.epsilon,
                    opened_at=row.opened_at,
                    answers=tuple(answers[row.run, row.number]),
                    aggregate_digest=or_none(closing.aggregate_digest) if closing else None,
                    closed_at=closing.closed_at if closing else None,
                    at=position(row),
                )
            )
    return found


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        custodian=row.custodian,
        input=row.input,
        update_digest=or_none(row.update_digest),
        refusal=Refusal(row.refusal),
        consent_state=Reason(row.consent_state),
        answered_at=row.answered_at,
        at=position(row),
    )
