"""`medledger node`: running one organisation's node in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger_node.cli.session import Session, command

app = typer.Typer()


@app.callback()
def _node() -> None:
    """Run a node."""


@command(app)
def run(
    session: Session,  # noqa: ARG001  (a node answers over HTTP, not here)
    config: Annotated[Path, typer.Option("--config", "-c", help="The node's TOML file.")] = Path("node.toml"),
) -> None:
    """Serve one organisation until interrupted."""
    from ledger_node.cli.serving import serve  # web3, SQL and HTTP cost a second: only who serves pays

    serve(config)
