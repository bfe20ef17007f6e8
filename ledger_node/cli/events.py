"""`medledger events`: everything that happens, in its order."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.failures import DONE
from ledger_node.cli.output import console, table
from ledger_node.cli.session import Session, command
from ledger_node.domain.feed import PREFIX, VERSION
from ledger_node.screen import short

if TYPE_CHECKING:
    from ledger_node.client.answers import Event

app = typer.Typer()
After = Annotated[
    str | None,
    typer.Option(help="A position, a block number, or latest; from the first event on when left out.", metavar="WHERE"),
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="Only these: consent, recall.issued, or a whole type. Repeatable.", metavar="TYPE"),
]


@command(app, "list")
def list_(
    session: Session,
    after: After = None,
    types: Types = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most.")] = 50,
) -> None:
    """A page of events, oldest first."""
    page = session.node.events.list(after=after, types=types or (), limit=limit)
    session.output.show(
        {"items": page.items, "next": page.next},
        lambda: [table(("time", "event", "about", "block"), [_row(one) for one in page.items])],
    )
    if page.next is not None:
        session.output.say(f"more: medledger events list --after {page.next}")


@command(app)
def follow(session: Session, after: After = "latest", types: Types = None) -> int:
    """Events as they come, until Ctrl-C; with --json one a line."""
    position = after
    out = console()
    try:
        for one in session.node.events.follow(after=after, types=types or ()):
            position = one["position"]
            if session.output.as_json:
                sys.stdout.write(json.dumps(one) + "\n")
                sys.stdout.flush()
            else:
                time, event, about, block = _row(one)
                out.print(f"{time}  {event:<28}  {short(about):<15}  block {block}", soft_wrap=True)
    except KeyboardInterrupt:
        session.output.say(f"to go on from here: medledger events follow --after {position}")
    return DONE


def _row(event: Event) -> tuple[str, str, str, int]:
    data = event["data"]
    said = _word(event["type"]) if data["reverts"] is None else f"taken back: {_word(data['reverts'])}"
    return event["time"], said, event["subject"] or "", data["block"]


def _word(type_: str) -> str:
    return type_.removeprefix(PREFIX).removesuffix(VERSION)
