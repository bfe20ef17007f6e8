"""`medledger schema`: what the node knows of public cards."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ledger_node.cli.facts import show_facts
from ledger_node.cli.session import Session, command

app = typer.Typer()


@command(app, "list")
def list_(session: Session) -> None:
    """The schemas of public cards that the node knows, by kind and version."""
    show_facts(session, "", session.node.schemas.list()["items"], ("name", "version", "format", "title"))


@command(app)
def show(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="KIND", help="dataset-card, run-card and others.", show_default=False)],
    version: Annotated[int, typer.Argument(min=1, metavar="VERSION", help="Its number.", show_default=False)],
) -> None:
    """One schema, as JSON Schema (2020-12)."""
    found = session.node.schemas.get(name, version)
    session.output.show(found, lambda: [json.dumps(found, indent=2)])
