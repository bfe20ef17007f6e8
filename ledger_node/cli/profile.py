"""`medledger profile`: names for the nodes that you work with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ledger_node.cli.output import table
from ledger_node.cli.profiles import Profile, Profiles
from ledger_node.cli.reading import read_bytes
from ledger_node.cli.session import Session, command
from ledger_node.client import Client
from ledger_node.client.tls import Tls
from ledger_node.errors import InvalidField

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", help="As you call it.", show_default=False)]


@command(app)
def add(
    session: Session,
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the node.", show_default=False)],
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file that holds your API key; the key is not copied.")
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The authorities that sign its certificate (PEM).")
    ] = None,
    certificate_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your certificate and its key (PEM), if it asks for one.")
    ] = None,
) -> None:
    """Add a node, or change it. The first becomes the one that commands go to."""
    if not name or not name.isprintable() or len(name) > 64:
        raise InvalidField("the name cannot be used", got=f"text of {len(name)} characters", needed="1 to 64 letters")
    if key_file is not None:
        read_bytes(key_file, "key")
    with Client(url, tls=Tls(ca_file, certificate_file)) as node:
        address = node.url
    found = Profiles.load()
    files = (None if one is None else str(one.resolve()) for one in (key_file, ca_file, certificate_file))
    added = Profile(name, address, *files)
    Profiles({**found.by_name, name: added}, found.chosen or name).save()
    session.output.say(f"added; `medledger --profile {name} …` goes to {address}")


@command(app)
def use(session: Session, name: Name) -> None:
    """Let commands go to this node when none is named."""
    found = Profiles.load()
    found.of(name)
    replace(found, chosen=name).save()
    session.output.say(f"commands go to {name} now")


@command(app)
def remove(session: Session, name: Name) -> None:
    """Forget a node. The file with its key stays."""
    found = Profiles.load()
    found.of(name)
    left = {other: one for other, one in found.by_name.items() if other != name}
    Profiles(left, None if found.chosen == name else found.chosen).save()
    session.output.say("removed")


@command(app, "list")
def list_(session: Session) -> None:
    """The nodes that have a name."""
    found = Profiles.load()
    items = [
        {"name": one.name, "node": one.node, "keyFile": one.key_file, "chosen": one.name == found.chosen}
        for _, one in sorted(found.by_name.items())
    ]
    rows = [[("*" if one["chosen"] else "") + str(one["name"]), one["node"], one["keyFile"] or ""] for one in items]
    session.output.show({"items": items}, lambda: [table(("name", "node", "key in"), rows)])
