"""`medledger stream`: device streams and the heads of their trees. The records stay in the hospital (`streaming`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading, streaming
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import DeviceClass
from ledger_node.screen import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()
streaming.add_to(app)


@command(app, "open")
def open_(
    session: Session,
    device_class: Annotated[
        str, typer.Option(help="ULTRASOUND, CT and others.", autocompletion=reading.complete(DeviceClass))
    ],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Register a stream of your hospital's devices."""
    sender = reading.name(DeviceClass, device_class, "--device-class")
    return submit(
        session,
        "registered",
        lambda: session.node.streams.open(sender, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def anchor(
    session: Session,
    heads: Annotated[
        list[str],
        typer.Argument(
            metavar="STREAM:SIZE:ROOT",
            help="A head, or up to 100: all or none. Sizes grow by 128.",
            show_default=False,
        ),
    ],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Anchor the head of a stream's padded tree."""
    read = [reading.head(text) for text in heads]

    if len(read) == 1:
        stream, size, root = read[0]
        return submit(
            session,
            "anchored",
            lambda: session.node.streams.anchor(stream, size, root, idempotency_key=idempotency_key, wait=wait),
        )
    return submit(
        session,
        f"{len(read)} heads anchored",
        lambda: session.node.streams.anchor_all(read, idempotency_key=idempotency_key, wait=wait),
    )


@command(app, "list")
def list_(session: Session, as_of: AsOf = None) -> None:
    """Streams and their newest heads."""
    found = list(session.node.streams.all(as_of=as_of))
    session.output.show({"items": found}, lambda: _listed(found))


@command(app)
def show(
    session: Session,
    stream: Annotated[str, typer.Argument(metavar="STREAM", help="The stream's id.", show_default=False)],
    anchors: Annotated[bool, typer.Option("--anchors", help="Every head that was anchored, oldest first.")] = False,
    as_of: AsOf = None,
) -> None:
    """One stream and its newest head."""
    found = session.node.streams.get(stream, as_of=as_of)
    if not anchors:
        session.output.show(found, lambda: _shown(found))
        return
    heads = list(session.node.streams.anchors(stream, as_of=found["asOfBlock"]))
    session.output.show({**found, "anchors": heads}, lambda: [*_shown(found), _grown(heads)])


def _listed(found: list[answers.Stream]) -> Iterator[RenderableType]:
    newest = [stream["newestAnchor"] for stream in found]
    yield table(
        ("no.", "custodian", "devices", "size", "anchored"),
        [
            (
                n,
                stream["custodian"]["name"],
                stream["deviceClass"],
                head["size"] if head else 0,
                head["anchoredAt"] if head else "",
            )
            for n, (stream, head) in enumerate(zip(found, newest, strict=True), start=1)
        ],
    )
    yield from fields([(f"stream {n}", stream["id"]) for n, stream in enumerate(found, start=1)])


def _shown(stream: answers.Stream) -> Iterator[RenderableType]:
    head = stream["newestAnchor"]
    yield from fields(
        [
            ("stream", stream["id"]),
            ("custodian", stream["custodian"]["name"]),
            ("devices", stream["deviceClass"]),
            ("anchors", stream["anchorCount"]),
            ("size", head and head["size"]),
            ("root", head and head["root"]),
            ("anchored", head and head["anchoredAt"]),
        ]
    )


def _grown(heads: list[answers.Anchor]) -> RenderableType:
    return table(
        ("no.", "size", "anchored", "root"),
        [(n, head["size"], head["anchoredAt"], short(head["root"])) for n, head in enumerate(heads, start=1)],
    )
