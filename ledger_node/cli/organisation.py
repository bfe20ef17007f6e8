"""`medledger organisation`: who is a member."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli.output import table
from ledger_node.cli.session import Session, command

app = typer.Typer()

AsOf = Annotated[int | None, typer.Option(min=0, metavar="BLOCK", help="Answer as of a block.")]


@command(app, "list")
def list_(session: Session, as_of: AsOf = None) -> None:
    """Members by number, with what they may do."""
    members = list(session.node.organisations.all(as_of=as_of))
    session.output.show(
        {"items": members},
        lambda: [
            table(
                ("no.", "name", "may be", "status"),
                [(m["number"], m["name"], m["capabilities"], m["status"]) for m in members],
            )
        ],
    )
