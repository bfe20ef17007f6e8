"""`medledger network`: a consortium on this machine, for trying and testing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ledger_node.localnet.network import Network

app = typer.Typer()
Folder = Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="Where the network keeps its files.")]
DEFAULT = Path("var/network")
CHAIN_ID = 20260


@command(app)
def up(
    session: Session,
    folder: Folder = DEFAULT,
    chain_id: Annotated[int, typer.Option(help="The chain's id.", min=1)] = CHAIN_ID,
    block_time: Annotated[float, typer.Option(help="Seconds between two blocks.", min=0.1)] = 1.0,
    chain_port: Annotated[int, typer.Option(help="Port of the chain, 0 for any.", min=0, max=65535)] = 0,
    node_port: Annotated[
        list[int] | None, typer.Option(help="Port of a node, in the order of the members; repeatable.", min=1)
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Stop and remove what an earlier call left in the folder.")] = False,
    foreground: Annotated[bool, typer.Option(help="Stay, and stop it all when interrupted.")] = False,
) -> int | None:
    """Start a chain, deploy the contracts, admit the members, run a node for each."""
    from ledger_node.localnet import network
    from ledger_node.localnet.interrupts import held, interruptible

    with interruptible():
        if fresh:
            network.remove(folder)
        started = network.up(
            folder,
            chain_id=chain_id,
            block_time=block_time,
            chain_port=chain_port,
            node_ports=node_port or (),
            say=lambda part: session.output.say(f"starting {part}"),
        )
        try:
            session.output.show(_status(started, keys=True), lambda: _table(started, keys=True))
            if foreground:
                session.output.say("running; Ctrl-C stops it all")
                _wait_for_end()
        except (KeyboardInterrupt, SystemExit):
            with held(then_raise=False):
                network.down(started)
            raise
        finally:
            if foreground:
                network.down(started)
                session.output.say("stopped")
    return None


@command(app)
def down(session: Session, folder: Folder = DEFAULT) -> int | None:
    """Stop the nodes and the chain. The folder stays."""
    from ledger_node.localnet import network

    running = network.Network.load(folder)
    network.down(running)
    session.output.show(_status(running), lambda: _table(running))
    return None


@command(app)
def status(session: Session, folder: Folder = DEFAULT) -> int | None:
    """Show what runs."""
    from ledger_node.localnet import network

    running = network.Network.load(folder)
    session.output.show(_status(running), lambda: _table(running))
    shown = _status(running)
    alive = shown["running"] and shown["nodes"] and all(node["running"] for node in shown["nodes"])
    return 0 if alive else 1


def _wait_for_end() -> None:
    """Until SIGINT or SIGTERM."""
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    ended.wait()


def _status(network: Network, *, keys: bool = False) -> dict[str, Any]:
    nodes = []  # of a network whose start was cut, some may be missing
    for member in network.members:
        node: dict[str, Any] = {
            "slug": member.plan.slug,
            "name": member.plan.name,
            "url": member.url,
            "operator": member.operator,
            "running": (handle := network.nodes.get(member.plan.slug)) is not None and handle.running(),
            "folder": str(member.folder),
        }
        nodes.append({**node, "apiKeys": member.api_keys} if keys else node)
    return {"rpcUrl": network.rpc_url, "running": network.engine.running(), "nodes": nodes}


def _table(network: Network, *, keys: bool = False) -> Iterable[RenderableType]:
    from rich.table import Table

    table = Table("organisation", "node", "running", title=f"chain at {network.rpc_url}", title_justify="left")
    for node in _status(network, keys=keys)["nodes"]:
        table.add_row(node["name"], node["url"], "yes" if node["running"] else "no")
    yield table
    if keys:
        for member in network.members:
            yield f"{member.plan.name}: API keys, also in {member.folder / 'api-keys.json'}"
            yield "\n".join(f"  {role:<10} {key}" for role, key in member.api_keys.items())
