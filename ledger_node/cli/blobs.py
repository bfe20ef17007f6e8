"""`medledger blobs`: the documents that the node keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.output import fields
from ledger_node.cli.session import Session, command

app = typer.Typer()
LONGEST = 365 * 86_400  # seconds


@app.callback()
def _blobs() -> None:
    """The documents that the node keeps."""


@command(app)
def gc(
    session: Session,
    grace: Annotated[
        str, typer.Option(metavar="SPAN", help="How long a document is kept that no fact names yet; 1h at least.")
    ] = "7d",
    remove: Annotated[bool, typer.Option("--remove", help="Remove them; else they are only counted.")] = False,
) -> None:
    """Count the documents that no fact on the ledger names, or remove them."""
    kept = reading.span(grace, "--grace", LONGEST)
    with session.output.working("looking for documents that nothing names"):
        found = session.node.node.collect(grace=kept, remove=remove)
    session.output.show(
        found,
        lambda: fields(
            [
                ("documents", found["held"]),
                ("unwanted", found["unwanted"]),
                ("bytes", "not known" if found["size"] is None else found["size"]),
                ("removed", found["removed"] if remove else "none: --remove does it"),
            ]
        ),
    )
