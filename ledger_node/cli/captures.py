"""`medledger evidence capture`: what the node keeps for when its engine has forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client.answers import Captured


def add_to(app: typer.Typer) -> None:
    command(app)(capture)


def capture(
    session: Session,
    fill: Annotated[bool, typer.Option("--fill", help="Capture what is missing, at the newest final block.")] = False,
) -> int:
    """Show what evidence your node keeps for when its engine has forgotten. Exit status 1 while some is missing."""
    found = _filled(session) if fill else session.node.node.captures()
    session.output.show(found, lambda: _kept(found))
    return FINDING if found["failing"] else DONE


def _filled(session: Session) -> Captured:
    done = 0
    with session.output.progress("model versions") as progress:
        while True:
            found = session.node.node.fill_captures(anew=not done)
            if not found["tried"]:
                return found
            done += found["tried"]
            progress(done, done + found["waiting"] - found["failing"])


def _kept(found: Captured) -> Iterator[RenderableType]:
    yield from fields(
        [
            ("bundles", found["captures"]),
            ("model versions", found["subjects"]),
            ("trie nodes", found["nodes"]),
            ("bytes", found["size"]),
            ("noted to block", found["noted"]),
            ("waiting", found["waiting"]),
            ("failing", found["failing"]),
        ]
    )
    if found["missing"]:
        columns = ("missing", "why", "tried", "again at")
        rows = [(one["subject"], one["reason"], one["attempts"], one["nextAt"]) for one in found["missing"]]
        yield table(columns, rows)
