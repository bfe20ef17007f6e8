"""`medledger version`: model versions, and what a regulator asks about one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.facts import Text, plain, shortened, show_fact, show_list
from ledger_node.cli.model import Version
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, table
from ledger_node.cli.output_file import Out, write_out
from ledger_node.cli.session import Session, command
from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.export import ExportFormat

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()


@command(app, "list")
def list_(
    session: Session,
    publisher: Annotated[str | None, typer.Option(help="Of one organisation only: a number or an exact name.")] = None,
    lifecycle: Annotated[
        str | None, typer.Option(help="RELEASED and others.", autocompletion=reading.complete(Lifecycle))
    ] = None,
    text: Text = None,
    as_of: AsOf = None,
) -> None:
    """The versions of all models, oldest first."""
    of = None if publisher is None else reading.organisation(session.node, publisher, "--publisher")
    state = None if lifecycle is None else reading.name(Lifecycle, lifecycle, "--lifecycle")
    columns = ("publisher", "number", "lifecycle", "publishedAt")
    show_list(session, "version", session.node.versions, columns, publisher=of, lifecycle=state, text=text, as_of=as_of)


@command(app)
def show(session: Session, version: Version, as_of: AsOf = None) -> None:
    """One model version: what it came from, its life, its recalls."""
    found = session.node.versions.get(reading.digest(version, "VERSION"), as_of=as_of)
    show_fact(session, found, steps=("lifecycle", "forSale", "steppedAt", "block"))


@command(app)
def questions(
    session: Session,
    version: Version,
    number: Annotated[int | None, typer.Option(min=1, max=22, help="The answer to this one.")] = None,
    as_of: AsOf = None,
) -> None:
    """The 22 questions a regulator asks about a version, or the answer to one: each fact with how it is known."""
    if number is None:
        listed = session.node.versions.questions(version, as_of=as_of)
        rows = [(one["number"], one["title"]) for one in listed["items"]]
        session.output.show(listed, lambda: [table(("no.", "question"), rows)])
        return
    answer = session.node.versions.question(version, number, as_of=as_of)
    session.output.show(answer, lambda: _shown(answer))


@command(app)
def export(
    session: Session,
    version: Version,
    form: Annotated[ExportFormat, typer.Option("--format", help="What is to read it.")],
    out: Out,
    as_of: AsOf = None,
) -> None:
    """Write where a version came from for another tool: PROV, RO-Crate, a bill of materials, the AI Act's Annex IV."""
    content = session.node.versions.export(reading.digest(version, "VERSION"), form, as_of=as_of)
    write_out(session, out, content)


def _shown(answer: answers.QuestionAnswer) -> Iterator[RenderableType]:
    yield f"{answer['question']}. {answer['title']}"
    if answer["facts"]:
        rows = [
            (one["level"], _about(one), plain(one["value"]), one["by"]["name"] if one["by"] else "")
            for one in answer["facts"]
        ]
        yield table(("known", "fact", "value", "by"), rows)
    if answer["missing"]:
        yield table(("missing", "why"), [(shortened(one["what"]), one["why"]) for one in answer["missing"]])
    yield from fields([(one["what"], one["href"]) for one in answer["links"]])
    yield f"as of block {answer.get('asOfBlock', '?')}"


def _about(fact: answers.StatedFact) -> str:
    """The statement, and what it is about."""
    record = fact["source"]["record"]
    return fact["statement"] + (f" ({shortened(record)})" if record else "")
