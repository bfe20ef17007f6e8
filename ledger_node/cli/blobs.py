"""`medledger blobs`: the documents that the node keeps."""

from __future__ import annotations

import json
from pathlib import Path
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
def put(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="A public document.", show_default=False)],
) -> None:
    """Store a JSON document of at most 256 KiB, byte for byte, and show its digest."""
    stored = session.node.blobs.put(reading.read_bytes(file, "document"))
    session.output.show(stored, lambda: fields(list(stored.items())))


@command(app)
def show(
    session: Session,
    document: Annotated[str, typer.Argument(metavar="DIGEST", help="Its sha-256, 0x….", show_default=False)],
) -> None:
    """A document by its digest, checked against it."""
    found = json.loads(session.node.blobs.get(reading.digest(document, "DIGEST")))
    session.output.show(found, lambda: [json.dumps(found, indent=2, ensure_ascii=False)])


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
