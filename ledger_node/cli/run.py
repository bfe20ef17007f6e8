"""`medledger run`: training runs, their rounds, and a hospital's part in them."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.consent import Project, Purposes
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Card, Check, CheckBy, IdempotencyKey, Wait, card_of, submit
from ledger_node.domain.codes import Operation, Outcome, Purpose
from ledger_node.errors import InvalidField

app = typer.Typer()

Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.", show_default=False)]


@command(app, "open")
def open_(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's id.", show_default=False)],
    operation: Annotated[
        str, typer.Option(help="TRAIN, FINE_TUNE, VALIDATE or TEST.", autocompletion=reading.complete(Operation))
    ],
    purpose: Purposes,
    input_: Annotated[
        list[str], typer.Option("--input", metavar="DATASET:VERSION:CONSENT", help="What it uses; repeat it.")
    ],
    card: Card,
    project: Project = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Open a run; every input's consent is checked and charged in the same transaction."""
    wanted = Operation(reading.name(Operation, operation, "--operation"))
    purposes = Purpose(reading.names(Purpose, purpose, "--purpose"))
    used = [reading.run_input(text) for text in input_]
    project_ref = None if project is None else reading.digest(project, "--project")
    document = card_of(card)
    return submit(
        session,
        "opened",
        lambda: session.node.runs.open(
            model,
            operation=wanted,
            purposes=purposes,
            card=document,
            inputs_used=used,
            project_ref=project_ref,
            contract_check_only=check is CheckBy.CONTRACT,
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app, "round")
def round_(
    session: Session,
    run: Run,
    close: Annotated[int | None, typer.Option(min=1, metavar="N", help="Close round N instead.")] = None,
    aggregate: Annotated[
        str | None, typer.Option(metavar="FILE|0x…", help="With --close: the aggregate, or its digest.")
    ] = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Open the run's next round, or close one with --close N --aggregate FILE."""
    if (close is None) != (aggregate is None):
        raise InvalidField(
            "closing a round takes its number and its aggregate", got="one of the two", needed="--close N --aggregate X"
        )
    if close is not None and aggregate is not None:
        result = reading.digest_or_file(aggregate, "--aggregate")
        return submit(
            session,
            f"round {close} closed",
            lambda: session.node.runs.close_round(run, close, result, idempotency_key=idempotency_key, wait=wait),
        )
    return submit(
        session,
        "round opened",
        lambda: session.node.runs.open_round(
            run,
            contract_check_only=check is CheckBy.CONTRACT,
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app)
def contribute(
    session: Session,
    run: Run,
    number: Annotated[int, typer.Argument(min=1, metavar="ROUND", help="The open round.", show_default=False)],
    update: Annotated[str, typer.Option(metavar="FILE|0x…", help="Your update, or its digest. The file stays here.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Record the digest of your hospital's update to an open round."""
    made = reading.digest_or_file(update, "--update")
    return submit(
        session,
        "contributed",
        lambda: session.node.runs.contribute(run, number, made, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def close(
    session: Session,
    run: Run,
    result: Annotated[str | None, typer.Option(metavar="FILE|0x…", help="What it made, or its digest.")] = None,
    outcome: Annotated[
        str, typer.Option(help="COMPLETED has a result, ABANDONED none.", autocompletion=reading.complete(Outcome))
    ] = "COMPLETED",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Close a run: completed with a result, or abandoned."""
    ended = reading.name(Outcome, outcome, "--outcome")
    if ended is Outcome.OPEN or (ended is Outcome.COMPLETED) != (result is not None):
        raise InvalidField(
            "a completed run has a result, an abandoned one has none",
            got=ended.name + (" with --result" if result else " without --result"),
            needed="--result FILE, or --outcome ABANDONED",
        )
    made = None if result is None else reading.digest_or_file(result, "--result")
    return submit(
        session,
        "closed",
        lambda: session.node.runs.close(run, ended, result_digest=made, idempotency_key=idempotency_key, wait=wait),
    )
