"""Runs with their rounds and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, select

from ledger_node.domain.codes import Operation, Outcome, Reason, Refusal
from ledger_node.domain.lineage import Trained
from ledger_node.domain.training import Answer, Round, Run, RunInput
from ledger_node.ports import Page
from ledger_node.store.question import Among, Question, Record
from ledger_node.store.reads.base import Reads, among, first, grouped, or_none, paged, position, scope, until
from ledger_node.store.schema import runs as t
from ledger_node.store.schema.models import model_version


class RunReads(Reads):
    def runs(self, page: Page) -> list[Run]:
        with self._database.read() as c:
            return _runs(c, list(c.execute(paged(t.run, page))), page.as_of)

    def find_run(self, run: str, as_of: int) -> Run | None:
        with self._database.read() as c:
            row = first(c, t.run, as_of, id=run)
            return None if row is None else _runs(c, [row], as_of)[0]

    def runs_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Run]:
        with self._database.read() as c:
            return {one.id: one for one in _runs(c, among(c, t.run, "id", ids, as_of), as_of)}

    def trained_on(self, datasets: Collection[str], as_of: int) -> list[Trained]:
        with self._database.read() as c:
            return [Trained(*row) for row in _ON.ask(c, keys=datasets, as_of=as_of)]

    def trained_under(self, consents: Collection[str], as_of: int) -> list[Trained]:
        with self._database.read() as c:
            return [Trained(*row) for row in _UNDER.ask(c, keys=consents, as_of=as_of)]


_INPUT = t.run_input.c
_TRAINED = (
    select(model_version.c.id, _INPUT.run, _INPUT.dataset, _INPUT.version, _INPUT.consent)
    .join(t.run_input, _INPUT.run == model_version.c.run)
    .where(until(t.run_input), until(model_version))
)
_ON = Question(_TRAINED.where(Among(_INPUT.dataset)))
_UNDER = Question(_TRAINED.where(Among(_INPUT.consent)))


def _runs(c: Connection, rows: list[Record], as_of: int) -> list[Run]:
    ids = [row.id for row in rows]
    inputs, answers, opened, closed, closings = grouped(
        c,
        ids,
        as_of,
        (t.run_input, "run"),
        (t.answer, "run"),
        (t.round_opened, "run"),
        (t.round_closed, "run"),
        (t.run_closed, "run"),
    )
    rounds = _rounds(opened, answers, closed)
    return [_run(row, inputs[row.id], rounds[row.id], closings[row.id]) for row in rows]


def _run(row: Record, inputs: list[Record], rounds: list[Round], closings: list[Record]) -> Run:
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


def _rounds(
    opened: dict[str, list[Record]], answered: dict[str, list[Record]], closed: dict[str, list[Record]]
) -> dict[str, list[Round]]:
    """The rounds of each run, in their order."""
    answers: dict[tuple[str, int], list[Answer]] = defaultdict(list)
    for rows in answered.values():
        for row in rows:
            answers[row.run, row.round].append(_answer(row))
    closings = {(row.run, row.round): row for rows in closed.values() for row in rows}
    found: dict[str, list[Round]] = defaultdict(list)
    for rows in opened.values():
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


def _answer(row: Record) -> Answer:
    return Answer(
        custodian=row.custodian,
        input=row.input,
        update_digest=or_none(row.update_digest),
        refusal=Refusal(row.refusal),
        consent_state=Reason(row.consent_state),
        answered_at=row.answered_at,
        at=position(row),
    )
