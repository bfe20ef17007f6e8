"""`medledger run`: training runs, their rounds, and a hospital's part in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.facts import show_fact, show_facts
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.scope import Condition, Epsilon, Project, Purposes, Regions, scope_of
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Card, Check, CheckBy, IdempotencyKey, Wait, card_of, submit
from ledger_node.domain.codes import Operation, Outcome, Refusal
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from ledger_node.client.rounds import NewAnswer

app = typer.Typer()

Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.", show_default=False)]
ROUND = ("number", "epsilon", "openedAt", "closedAt", "answers")
Round = Annotated[int, typer.Argument(min=1, metavar="ROUND", help="The open round.", show_default=False)]
Places = Annotated[
    list[int] | None,
    typer.Option(
        "--input",
        min=0,
        metavar="N",
        help="Place among the run's inputs, from 0; repeat it: all or none. Else your first open one.",
    ),
]


@command(app, "list")
def list_(
    session: Session,
    model: Annotated[str | None, typer.Option(metavar="0x…", help="For one model only.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Of one organisation only: a number or an exact name.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="OPEN, COMPLETED or ABANDONED.", autocompletion=reading.complete(Outcome))
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Runs and how they stand, oldest first."""
    found = session.node.runs.all(
        model=None if model is None else reading.digest(model, "--model"),
        publisher=None if publisher is None else reading.organisation(session.node, publisher, "--publisher"),
        outcome=None if outcome is None else reading.name(Outcome, outcome, "--outcome"),
        as_of=as_of,
    )
    show_facts(session, "run", list(found), ("publisher", "outcome", "makesWeights", "openedAt", "closedAt"))


@command(app)
def show(session: Session, run: Run, as_of: AsOf = None) -> None:
    """One run: what it uses, its rounds, and what came of it."""
    found = session.node.runs.get(reading.digest(run, "RUN"), as_of=as_of)
    show_fact(session, found, inputs=("dataset", "version", "consent", "operation"), rounds=ROUND)


@command(app)
def rounds(session: Session, run: Run, as_of: AsOf = None) -> None:
    """The rounds of a run with their answers, oldest first."""
    show_facts(session, "", list(session.node.runs.rounds(reading.digest(run, "RUN"), as_of=as_of)), ROUND)


@command(app, "open")
def open_(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's id.", show_default=False)],
    purpose: Purposes,
    input_: Annotated[
        list[str],
        typer.Option("--input", metavar="DATASET:VERSION:CONSENT[:OPERATION]", help="What it uses; repeat it."),
    ],
    card: Card,
    operation: Annotated[
        str,
        typer.Option(
            help="Of inputs that name none: TRAIN, FINE_TUNE, VALIDATE, TEST.",
            autocompletion=reading.complete(Operation),
        ),
    ] = "TRAIN",
    region: Regions = None,
    condition: Condition = None,
    project: Project = None,
    code: Annotated[
        str | None, typer.Option(metavar="FILE|COMMIT|0x…", help="The code's archive, git commit id or digest.")
    ] = None,
    container: Annotated[
        str | None, typer.Option(metavar="FILE|0x…", help="The container image, or its digest.")
    ] = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Open a run; every input's consent is checked, and its use recorded, in the same transaction."""
    default = reading.name(Operation, operation, "--operation")
    used = [reading.run_input(text, default) for text in input_]
    scope = scope_of(purpose, region, condition, project)
    code_digest = None if code is None else _code(code)
    container_digest = None if container is None else reading.digest_or_file(container, "--container")
    document = card_of(card)
    return submit(
        session,
        "opened",
        lambda: session.node.runs.open(
            model,
            scope=scope,
            card=document,
            inputs_used=used,
            code_digest=code_digest,
            container_digest=container_digest,
            contract_check_only=check is CheckBy.CONTRACT,
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app, "round")
def round_(
    session: Session,
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN", help="A run, or up to 100: all or none.", show_default=False)
    ],
    epsilon: Epsilon = "0",
    number: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The next round's number, if another copy of your node may write too."),
    ] = None,
    close: Annotated[int | None, typer.Option(min=1, metavar="N", help="Close round N instead.")] = None,
    aggregate: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|0x…", help="With --close: the aggregate, or its digest; none if nobody contributed."
        ),
    ] = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Open the run's next round, or close one with --close N --aggregate FILE."""
    loss = reading.epsilon(epsilon)
    by_contract = check is CheckBy.CONTRACT
    if number is not None and (close is not None or len(runs) > 1):
        raise InvalidField("a number is of one run's next round", got="--close or several runs", needed="one run")
    if close is not None:
        return _close_round(session, runs, close, aggregate, loss, idempotency_key, wait)
    if aggregate is not None:
        raise InvalidField("only a round that is closed has an aggregate", got="no --close", needed="--close N")
    if len(runs) == 1:
        return submit(
            session,
            "round opened",
            lambda: session.node.runs.open_round(
                runs[0],
                epsilon=loss,
                number=number,
                contract_check_only=by_contract,
                idempotency_key=idempotency_key,
                wait=wait,
            ),
        )
    from ledger_node.client.rounds import NewRound

    rounds = [NewRound(run, loss) for run in runs]
    return submit(
        session,
        f"{len(rounds)} rounds opened",
        lambda: session.node.runs.open_rounds(
            rounds, contract_check_only=by_contract, idempotency_key=idempotency_key, wait=wait
        ),
    )


@command(app)
def contribute(
    session: Session,
    run: Run,
    number: Round,
    update: Annotated[str, typer.Option(metavar="FILE|0x…", help="Your update, or its digest. The file stays here.")],
    input_: Places = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Record the digest of your hospital's update to an open round, for one input or for several at once."""
    made = reading.digest_or_file(update, "--update")
    if input_ and len(input_) > 1:
        from ledger_node.client.rounds import NewAnswer

        given = [NewAnswer(run, number, made, input=place) for place in input_]
        return _answer_all(session, "contributions", given, idempotency_key, wait)
    place = input_[0] if input_ else None
    return submit(
        session,
        "contributed",
        lambda: session.node.runs.contribute(
            run, number, made, input_=place, idempotency_key=idempotency_key, wait=wait
        ),
    )


@command(app)
def refuse(
    session: Session,
    run: Run,
    number: Round,
    reason: Annotated[
        str, typer.Option(help="CONSENT_LAPSED, PRIVACY_RISK and others.", autocompletion=reading.complete(Refusal))
    ],
    input_: Places = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Record that your hospital takes no part in an open round, and why, for one input or for several at once."""
    why = reading.name(Refusal, reason, "--reason")
    if why is Refusal.NONE:
        raise InvalidField("a refusal has a reason", got="NONE", needed="another reason, or run contribute")
    if input_ and len(input_) > 1:
        from ledger_node.client.rounds import NewAnswer

        given = [NewAnswer(run, number, refusal=why, input=place) for place in input_]
        return _answer_all(session, "refusals", given, idempotency_key, wait)
    place = input_[0] if input_ else None
    return submit(
        session,
        "refusal recorded",
        lambda: session.node.runs.refuse(run, number, why, input_=place, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def close(
    session: Session,
    run: Run,
    result: Annotated[str | None, typer.Option(metavar="FILE|FOLDER|0x…", help="What it made, or its digest.")] = None,
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
    made = None if result is None else reading.digest_or_files(result, "--result")
    return submit(
        session,
        "closed",
        lambda: session.node.runs.close(run, ended, result_digest=made, idempotency_key=idempotency_key, wait=wait),
    )


def _code(text: str) -> str:
    """A digest or a file's; a git commit's id of 20 bytes stands at the end of the 32, after zeros."""
    return f"0x{text:0>64}" if re.fullmatch(r"[0-9a-f]{40}", text) else reading.digest_or_file(text, "--code")


def _answer_all(session: Session, what: str, given: list[NewAnswer], idempotency_key: str | None, wait: int) -> int:
    return submit(
        session,
        f"{len(given)} {what} recorded",
        lambda: session.node.runs.answer_all(given, idempotency_key=idempotency_key, wait=wait),
    )


def _close_round(
    session: Session,
    runs: list[str],
    number: int,
    aggregate: str | None,
    loss: int,
    idempotency_key: str | None,
    wait: int,
) -> int:
    if len(runs) > 1 or loss:
        raise InvalidField(
            "a round is closed alone, and charges nothing", got="--epsilon or several runs", needed="one run"
        )
    result = None if aggregate is None else reading.digest_or_file(aggregate, "--aggregate")
    return submit(
        session,
        f"round {number} closed",
        lambda: session.node.runs.close_round(runs[0], number, result, idempotency_key=idempotency_key, wait=wait),
    )
