"""`medledger node`: running one organisation's node in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Run a node.", no_args_is_help=True)


@app.callback()
def _node() -> None:
    """Run a node."""


@app.command()
def run(
    config: Annotated[Path, typer.Option("--config", "-c", help="The node's TOML file.")] = Path("node.toml"),
) -> None:
    """Serve one organisation until interrupted."""
    from ledger_node.cli.serving import serve  # web3, SQL and HTTP cost a second: only who serves pays

    serve(config)
