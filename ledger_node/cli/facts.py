"""Facts as the node tells them: one as lines, many as a table with their ids below, whole, to be copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session
from ledger_node.screen import printable, short

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ledger_node.client.answers import Page

Text = Annotated[
    str | None, typer.Option(metavar="WORDS", help="Whose public card has all of these words; 'mamm*' for a beginning.")
]
STAMP = ("asOfBlock", "indexLag")


class Listed(Protocol):
    """A noun of the client whose lists can be searched."""

    def all(self, *args: Any, **asked: Any) -> Iterator[Mapping[str, Any]]: ...
    def list(self, *args: Any, **asked: Any) -> Page[Any]: ...


def show_fact(session: Session, fact: Mapping[str, Any], **parts: Sequence[str]) -> None:
    """`parts` are lists within the fact that become tables, each with its columns."""
    session.output.show(fact, lambda: _one(fact, parts))


def show_facts(
    session: Session, noun: str, found: Sequence[Mapping[str, Any]], columns: Sequence[str], unread: int | None = None
) -> None:
    """`noun` names each id; none for facts without one. `unread` is how many cards could not be searched, if that was
    asked."""
    answer = {"items": list(found)} | ({} if unread is None else {"unreadCards": unread})
    session.output.show(answer, lambda: _many(noun, found, columns))
    if unread:
        session.output.say(f"{unread} cards are not at the node, or not read yet: they could not be searched")


def show_list(
    session: Session, noun: str, of: Listed, columns: Sequence[str], *, text: str | None, **asked: Any
) -> None:
    """All of a noun that are `asked` for, with those cards counted that a search for `text` could not reach."""
    found = list(of.all(text=text, **asked))
    unread = of.list(text=text, **asked, limit=1).unread_cards if text else None
    show_facts(session, noun, found, columns, unread)


def _one(fact: Mapping[str, Any], parts: Mapping[str, Sequence[str]]) -> Iterator[RenderableType]:
    yield from fields([(_words(name), _cell(of)) for name, of in fact.items() if name not in (*STAMP, *parts)])
    for name, columns in parts.items():
        if fact.get(name):
            yield _table(columns, fact[name])


def _many(noun: str, found: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[RenderableType]:
    yield _table(columns, found)
    yield from fields([(f"{noun} {n}", one["id"]) for n, one in enumerate(found, start=1) if "id" in one])


def _table(columns: Sequence[str], found: Iterable[Mapping[str, Any]]) -> RenderableType:
    rows = [(n, *(_cell(one.get(name)) for name in columns)) for n, one in enumerate(found, start=1)]
    return table(("no.", *map(_words, columns)), rows)


def _cell(value: Any) -> object:
    """An organisation by its name, nothing as nothing, what is nested on one line."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping) and value.keys() == {"number", "name"}:
        return value["name"]
    return plain(value)


def _words(name: str) -> str:
    """`publishedAt` is `published at`."""
    return re.sub("([A-Z])", r" \1", name).lower()


def plain(value: Any) -> str:
    """A fact's value for people: ids are short, what is nested stands in brackets."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case str():
            return shortened(value)
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


def shortened(text: str) -> str:
    """With every id in it short: an id, `<id>/<number>`, and at the end of a sentence."""
    return " ".join("/".join(short(part) for part in word.split("/")) for word in printable(text).split(" "))
