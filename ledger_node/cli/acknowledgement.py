"""`medledger acknowledgement`: an organisation's word that it read a recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.output import fields, table
from ledger_node.cli.recall import Recall, acknowledged
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()


@command(app)
def make(session: Session, recall: Recall, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """Say, once, that your organisation read a recall."""
    return submit(
        session,
        "acknowledged",
        lambda: session.node.recalls.acknowledge(recall, idempotency_key=idempotency_key, wait=wait),
    )


@command(app, "list")
def list_(
    session: Session,
    recall: Annotated[
        str | None, typer.Argument(metavar="RECALL", help="Of one recall; else all that stand.", show_default=False)
    ] = None,
) -> None:
    """Who has acknowledged a recall, or which standing recalls wait for your organisation's word."""
    if recall is not None:
        found = session.node.recalls.get(recall)
        session.output.show({"items": found["acknowledgements"]}, lambda: [acknowledged(found)])
        return
    ours = session.node.node.get()["organisation"]["number"]
    standing = [one for one in session.node.recalls.all() if one["stands"]]
    waiting = {
        one["id"] for one in standing if ours not in {a["organisation"]["number"] for a in one["acknowledgements"]}
    }
    items = [{"recall": one["id"], "acknowledged": one["id"] not in waiting} for one in standing]
    session.output.show({"items": items}, lambda: _standing(standing, waiting))


def _standing(standing: list[answers.Recall], waiting: set[str]) -> Iterator[RenderableType]:
    if not standing:
        yield "no recall stands"
        return
    yield table(
        ("no.", "severity", "issued by", "issued", "acknowledged"),
        [
            (n, one["severity"], one["issuer"]["name"], one["issuedAt"], one["id"] not in waiting)
            for n, one in enumerate(standing, start=1)
        ],
    )
    yield from fields([(f"recall {n}", one["id"]) for n, one in enumerate(standing, start=1)])
    if waiting:
        yield f"{len(waiting)} wait for your organisation: medledger acknowledgement make RECALL"
