"""`medledger node`: running one organisation's node in the foreground, and looking at one that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.facts import show_fact
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds, table
from ledger_node.cli.session import Session, command
from ledger_node.screen import short

if TYPE_CHECKING:
    from ledger_node.backup.archive import Manifest
    from ledger_node.client.answers import NodeStatus, Pause

app = typer.Typer()
Config = Annotated[Path, typer.Option("--config", "-c", help="The node's TOML file.")]
NODE_TOML = Path("node.toml")


@app.callback()
def _node() -> None:
    """Run a node, look at it."""


@command(app)
def run(
    session: Session,  # noqa: ARG001  (a node answers over HTTP, not here)
    config: Config = NODE_TOML,
) -> None:
    """Serve one organisation until interrupted."""
    from ledger_node.cli.serving import serve  # web3, SQL and HTTP cost a second: only who serves pays

    serve(config)


@command(app)
def show(session: Session) -> None:
    """Whose node it is, of which chain and contracts, and how far it has read."""
    show_fact(session, session.node.node.get())


@command(app)
def status(session: Session) -> int:
    """How the node stands. Exit status 1 when it is not ready."""
    found = session.node.node.status()
    session.output.show(found, lambda: [*fields(_about(found)), table(("writes", "number"), _writes(found))])
    return DONE if found["ready"] else FINDING


@command(app)
def pause(session: Session) -> None:
    """Sign and send nothing until 'resume'; writes are accepted and wait."""
    _paused(session, session.node.node.pause())


@command(app)
def resume(session: Session) -> None:
    """Go on after a pause, or after an alarm that you understand."""
    _paused(session, session.node.node.resume())


@command(app)
def alarms(session: Session, limit: Annotated[int, typer.Option(min=1, max=200, help="At most.")] = 20) -> int:
    """Transactions with the node's key that its store does not know. Exit status 1 when there are any."""
    found = session.node.node.alarms(limit=limit)
    session.output.show(
        {"items": found.items, "next": found.next},
        lambda: [
            table(
                ("nonce", "transaction", "block", "raised"),
                [(one["nonce"], one["transaction"], one["block"], one["raisedAt"]) for one in found.items],
            )
        ],
    )
    return FINDING if found.items else DONE


@command(app)
def reads(session: Session, limit: Annotated[int, typer.Option(min=1, max=200, help="At most.")] = 20) -> None:
    """Who read what on a node that puts reads on record, as a regulator's does, the newest first."""
    found = session.node.node.reads(limit=limit)
    session.output.show(
        {"items": found.items, "next": found.next},
        lambda: [
            table(
                ("at", "caller", "operation", "subject", "as of"),
                [
                    (one["readAt"], one["caller"], one["operation"], short(one["subject"] or ""), one["asOfBlock"])
                    for one in found.items
                ],
            )
        ],
    )


@command(app)
def backup(
    session: Session,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file.", show_default=False)],
    config: Config = NODE_TOML,
) -> None:
    """Put what no chain rebuilds into one file, while the node runs: outbox, secrets, keys; not the keystore's
    password."""
    from ledger_node.cli import keeping

    _show_backup(session, keeping.backup(config, out))
    session.output.say("not in it: the keystore's password; keep that elsewhere")


@command(app)
def restore(
    session: Session,
    file: Annotated[Path, typer.Option("--from", metavar="FILE", help="A backup.", show_default=False)],
    config: Config = NODE_TOML,
) -> None:
    """Fill an empty store and the key files from a backup. The node rebuilds its index when it starts."""
    from ledger_node.cli import keeping

    _show_backup(session, keeping.restore(config, file))
    session.output.say("start the node, then look: medledger node alarms")


def _show_backup(session: Session, made: Manifest) -> None:
    parts = {name: part.lines for name, part in made.parts.items()}
    shown = {"revision": made.revision, "software": made.software, "madeAt": made.made_at, "lines": parts}
    session.output.show(shown, lambda: fields([("revision", made.revision), *parts.items()]))


@command(app)
def upgrade(session: Session, config: Config = NODE_TOML) -> None:
    """Bring the store's tables to this software's revision, with every process of the node stopped."""
    from ledger_node.cli import keeping

    before, after = keeping.upgrade(config)
    session.output.show({"before": before, "after": after}, lambda: fields([("before", before), ("after", after)]))


def _paused(session: Session, found: Pause) -> None:
    session.output.show(found, lambda: fields([("paused", found["paused"])]))
    session.output.say("paused: medledger node resume" if found["paused"] else "writes are signed and sent")


def _about(found: NodeStatus) -> list[tuple[str, object]]:
    return [
        ("node", f"{found['organisation']['name']}, version {found['version']}"),
        ("ready", found["ready"] or found["troubles"]),
        ("role", f"{found['role']}, epoch {found['epoch']}"),
        ("head", found["head"] if found["head"] is not None else "the chain does not answer"),
        ("index", found["asOfBlock"]),
        ("lag", _lag(found)),
        ("queue", _aged(found["open"], found["oldestOpenSeconds"])),
        ("nonce gap", found["nonceGap"] or None),
        ("paused", found["paused"]),
        ("alarms", found["alarms"]),
        ("checkpoint", found["checkpoint"]),
        ("split views", found["splitViews"] or None),
        ("taken back", found["eventsTakenBack"] or None),
        ("pins", f"{_aged(found['pinsWaiting'], found['oldestPinSeconds'])}, {found['pinsFailing']} failing"),
        ("documents", found["blobs"]),
        ("failures", [f"{worker}: {failure}" for worker, failure in found["failures"].items()] or "none"),
    ]


def _writes(found: NodeStatus) -> list[tuple[str, int]]:
    return sorted(found["submissions"].items())


def _lag(found: NodeStatus) -> str:
    lag, age = found["indexLag"], found["indexLagSeconds"]
    return "not known" if lag is None or age is None else f"{lag} blocks, {seconds(age)}"


def _aged(number: int, age: int | None) -> str:
    return f"{number} waiting" if age is None else f"{number} waiting, the oldest for {seconds(age)}"
