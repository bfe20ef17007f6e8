"""`medledger mlflow`: from a model registry of MLflow to the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING, problem
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Wait
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.mlflow.syncing import Result

app = typer.Typer()


@command(app)
def sync(
    session: Session,
    tracking_uri: Annotated[
        str | None,
        typer.Option(envvar="MLFLOW_TRACKING_URI", metavar="URI", help="The tracking server."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=0x…", help="A registered model, and which one it is here; else all tagged."),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="What MLflow does not know, for the versions of one --model."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A parameter of MLflow's run for the public card; repeat it."),
    ] = None,
    close: Annotated[bool, typer.Option("--close", help="Close runs that are open, with the version's files.")] = False,
    wait: Wait = 30,
) -> int:
    """Publish the model versions that MLflow has marked, and write their ids and states back. Safe to repeat."""
    from ledger_node.mlflow.syncing import Syncing
    from ledger_node.mlflow.tracking import quietly

    if tracking_uri is None:
        raise InvalidField("no MLflow server is named", got="nothing", needed="--tracking-uri or MLFLOW_TRACKING_URI")
    named = dict(_named(text) for text in model or [])
    if card is not None and len(named) != 1:
        raise InvalidField("a card file is for one model", got=f"{len(named)} models", needed="one --model NAME=0x…")
    stated = {} if card is None else reading.read_document(card, "card")
    with session.output.working("asking MLflow"):
        syncing = Syncing(session.node, quietly(tracking_uri), stated, tuple(parameter or ()), close, wait)
        found = [(chosen, one) for chosen in syncing.chosen(named) for one in syncing.versions(chosen)]
    results = []
    with session.output.progress("model versions") as progress:
        for done, (chosen, one) in enumerate(found):
            progress(done, len(found))
            results.append(syncing.sync(chosen, one))
    session.output.show({"items": [_told(one) for one in results]}, lambda: listed(results))
    return FINDING if any(one.problem for one in results) else DONE


def _named(text: str) -> tuple[str, str]:
    name, equals, id_ = text.rpartition("=")
    if not equals or not name:
        raise InvalidField("--model cannot be read", got=f"{len(text)} characters", needed="NAME=0x…")
    return name, reading.digest(id_, "--model")


def _told(result: Result) -> dict[str, Any]:
    return {
        "name": result.registered.name,
        "number": result.registered.number,
        "act": result.act,
        "version": result.version,
        "state": result.state,
        "artifactDigest": result.artifact_digest,
        "metricsLeftOut": list(result.left_out),
        "problem": None if result.problem is None else problem(result.problem),
    }


def listed(results: list[Result]) -> Iterator[RenderableType]:
    if not results:
        yield "no version is marked: medledger.model on the registered model, medledger.publish=true on the version"
        return
    yield table(
        ("no.", "model", "number", "", "state"),
        [
            (n, one.registered.name, one.registered.number, one.act, one.state or (one.problem and one.problem.code))
            for n, one in enumerate(results, start=1)
        ],
    )
    for n, one in enumerate(results, start=1):
        error = one.problem
        yield from fields(
            [
                (f"{n} version", one.version),
                (f"{n} left out", list(one.left_out)),
                (f"{n} problem", error and error.detail),
                (f"{n} got", error and error.got),
                (f"{n} needed", error and error.needed),
            ]
        )
