"""`medledger version`: what a regulator asks about a model version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli.model import Version
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, printable, short, table
from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()


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


def _shown(answer: answers.QuestionAnswer) -> Iterator[RenderableType]:
    yield f"{answer['question']}. {answer['title']}"
    if answer["facts"]:
        rows = [
            (one["level"], _about(one), plain(one["value"]), one["by"]["name"] if one["by"] else "")
            for one in answer["facts"]
        ]
        yield table(("known", "fact", "value", "by"), rows)
    if answer["missing"]:
        yield table(("missing", "why"), [(_shortened(one["what"]), one["why"]) for one in answer["missing"]])
    yield from fields([(one["what"], one["href"]) for one in answer["links"]])
    yield f"as of block {answer.get('asOfBlock', '?')}"


def _about(fact: answers.StatedFact) -> str:
    """The statement, and what it is about."""
    record = fact["source"]["record"]
    return fact["statement"] + (f" ({_shortened(record)})" if record else "")


def plain(value: Any) -> str:
    """A fact's value for people: ids are short, what is nested stands in brackets."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return _shortened(value)
        case list():
            return ", ".join(plain(one) for one in value) or "none"
        case dict():
            parts = sorted(value.items(), key=lambda part: isinstance(part[1], dict | list))  # what is short first
            return "; ".join(f"{printable(name)}: {_nested(one)}" for name, one in parts)
        case _:
            return str(value)


def _nested(value: Any) -> str:
    inner = plain(value)
    return f"({inner})" if isinstance(value, dict) or (isinstance(value, list) and len(value) > 1) else inner


def _shortened(text: str) -> str:
    """With every id in it short: an id, `<id>/<number>`, and at the end of a sentence."""
    return " ".join("/".join(short(part) for part in word.split("/")) for word in printable(text).split(" "))
