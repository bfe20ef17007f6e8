"""`medledger network`: a consortium on this machine, for trying and testing, and the way into one that runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ledger_node.cli import joining, sign_in
from ledger_node.cli.session import Session, command
from ledger_node.localnet.settings import CHAIN_ID, MOST_SIGNERS, Blobs, Engine, Store

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer()
Folder = Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="Where the network keeps its files.")]
DEFAULT = Path("var/network")
MADE = "Fixed when the network is made; later the same or none."


@command(app)
def up(
    session: Session,
    folder: Folder = DEFAULT,
    engine: Annotated[Engine | None, typer.Option(help=f"The chain's engine, anvil unless said. {MADE}")] = None,
    signers: Annotated[
        int | None, typer.Option(help="Clique's signers, 5 unless said.", min=1, max=MOST_SIGNERS)
    ] = None,
    blobs: Annotated[
        Blobs | None,
        typer.Option(help="Documents in one shared folder, or in a swarm of a Kubo for each organisation."),
    ] = None,
    store: Annotated[
        Store | None, typer.Option(help="Each node's store in a file, or all in one PostgreSQL server.")
    ] = None,
    chain_id: Annotated[int | None, typer.Option(help=f"The chain's id, {CHAIN_ID} unless said.", min=1)] = None,
    block_time: Annotated[
        float | None, typer.Option(help="Seconds between two blocks, 1 unless said; whole ones on Clique.", min=0.1)
    ] = None,
    chain_port: Annotated[int, typer.Option(help="Port of the (first) engine, 0 for any.", min=0, max=65535)] = 0,
    node_port: Annotated[
        list[int] | None, typer.Option(help="Port of a node, in the order of the members; repeatable.", min=1)
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Stop and remove what an earlier call left in the folder.")] = False,
    foreground: Annotated[bool, typer.Option(help="Stay, and stop it all when interrupted.")] = False,
) -> int | None:
    """Start a chain, deploy the contracts, admit the members, run a node for each; or start again what was stopped."""
    from ledger_node.localnet import network
    from ledger_node.localnet.interrupts import held, interruptible
    from ledger_node.localnet.status import status as status_of

    asked: dict[str, Any] = {
        "engine": engine,
        "signers": signers,
        "blobs": blobs,
        "store": store,
        "chain_id": chain_id,
        "block_time": block_time,
    }
    with interruptible():
        if fresh:
            network.remove(folder)
        started = network.up(
            folder,
            chain_port=chain_port,
            node_ports=node_port or (),
            say=lambda part: session.output.say(f"starting {part}"),
            **{name: value for name, value in asked.items() if value is not None},
        )
        try:
            found = status_of(started, keys=True)
            session.output.show(found, lambda: _tables(found))
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
    """Stop the nodes and what they stand on. The folder stays: `up` starts the same network again."""
    from ledger_node.localnet import network
    from ledger_node.localnet.status import status as status_of

    stopped = network.Network.load(folder)
    network.down(stopped)
    found = status_of(stopped)
    session.output.show(found, lambda: _tables(found))
    return None


@command(app)
def status(session: Session, folder: Folder = DEFAULT) -> int | None:
    """Show what runs: engines and their heads, the swarm's peers, the store, the nodes. Status 1 unless all does."""
    from ledger_node.localnet.record import Network
    from ledger_node.localnet.status import alive
    from ledger_node.localnet.status import status as status_of

    found = status_of(Network.load(folder))
    session.output.show(found, lambda: _tables(found))
    return 0 if alive(found) else 1


@command(app)
def generate(
    session: Session,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Empty or new: here the files go.")],
    engine: Annotated[Literal["besu-qbft"], typer.Option(help="The engine that runs them.")] = "besu-qbft",
    validators: Annotated[int, typer.Option(help="How many; from four on one may fail.", min=1)] = 4,
    host: Annotated[
        list[str] | None,
        typer.Option(help="IPv4 address of a validator, in their order; none for a rehearsal on one machine."),
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="Address that may send transactions, repeatable; all when none is named.")
    ] = None,
    chain_id: Annotated[int, typer.Option(help="The chain's id.", min=1)] = CHAIN_ID,
    block_period: Annotated[int, typer.Option(help="Seconds between two blocks.", min=1)] = 2,
    empty_block_period: Annotated[int, typer.Option(help="Seconds between two blocks without content.", min=1)] = 60,
) -> int | None:
    """Write what a consortium needs to run Besu with QBFT: first block, keys, peers, permissions, configurations."""
    from ledger_node.localnet.besu.generate import Plan
    from ledger_node.localnet.besu.generate import generate as write

    plan = Plan(chain_id, validators, host or (), account or (), block_period, empty_block_period)
    made = [
        {"name": one.name, "address": one.key.address, "enode": one.enode, "folder": str(out / one.name)}
        for one in write(plan, out)
    ]
    found = {"engine": engine, "chainId": chain_id, "folder": str(out), "validators": made}
    session.output.show(found, lambda: (f"{one['name']}  {one['address']}  {one['enode']}" for one in made))
    return None


joining.add_to(app)


def _wait_for_end() -> None:
    """Until SIGINT or SIGTERM."""
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    ended.wait()


def _tables(found: dict[str, Any]) -> Iterable[RenderableType]:
    from rich.table import Table

    def shown(part: dict[str, Any], name: str) -> str:
        return "" if part.get(name) is None else str(part[name])

    def runs(part: dict[str, Any]) -> str:
        return "yes" if part["running"] else "no"

    title = f"{found['engine']} at {found['rpcUrl']}"
    engines = Table("engine", "head", "peers", "running", "signer", title=title, title_justify="left")
    for engine in found["engines"]:
        row = (shown(engine, name) for name in ("name", "head", "peers"))
        engines.add_row(*row, runs(engine), shown(engine, "signer"))
    yield engines
    if found["swarm"]:
        swarm = Table("organisation", "kubo", "peers", "running", title="private swarm", title_justify="left")
        for daemon in found["swarm"]:
            swarm.add_row(daemon["slug"], daemon["address"], str(daemon["peers"]), runs(daemon))
        yield swarm
    title = f"nodes, their stores in {found['store']['kind']} (running: {runs(found['store'])})"
    nodes = Table("organisation", "node", "running", title=title, title_justify="left")
    for node in found["nodes"]:
        nodes.add_row(node["name"], node["url"], runs(node))
    yield nodes
    if all("apiKeys" in node for node in found["nodes"]):
        yield from sign_in.how(found["nodes"])
