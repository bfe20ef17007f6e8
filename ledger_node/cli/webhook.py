"""`medledger webhook`: where the node sends events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.events import Types
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from ledger_node.client.answers import Webhook, WebhookSecret

app = typer.Typer()
Named = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id.", show_default=False)]


@command(app)
def make(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to, with https.", show_default=False)],
    types: Types = None,
    after: Annotated[str, typer.Option(help="A position, a block number, or latest.", metavar="WHERE")] = "latest",
) -> None:
    """Send events to an address, and show the secret that signs them, once."""
    _show_secret(session, session.node.webhooks.make(url, types=types or (), after=after))


@command(app, "list")
def list_(session: Session) -> None:
    """Where events are sent, and how that goes."""
    found = list(session.node.webhooks.all())
    columns = ("webhook", "state", "delivered", "failures", "last failure")
    session.output.show(
        {"items": found},
        lambda: [
            table(columns, [(w["id"], w["state"], w["delivered"], w["failures"], w["failure"] or "") for w in found])
        ],
    )


@command(app)
def show(session: Session, webhook: Named) -> int:
    """One webhook, and the event that it waits with; exit status 1 when nothing is sent any more."""
    found = session.node.webhooks.get(webhook)
    waiting = found["waiting"]
    waits = [] if waiting is None else [("waits with", waiting["type"]), ("event", waiting["id"])]
    session.output.show(found, lambda: fields([*_rows(found), *waits]))
    if found["state"] == "active":
        return DONE
    session.output.say(f"to go on: medledger webhook replay {found['id']}")
    return FINDING


@command(app)
def rotate(session: Session, webhook: Named) -> None:
    """A new secret, shown once. For a day everything is signed with the former one too."""
    _show_secret(session, session.node.webhooks.rotate(webhook))


@command(app)
def replay(
    session: Session,
    webhook: Named,
    after: Annotated[
        str | None, typer.Option(help="A position, a block number, or latest, to go on from.", metavar="WHERE")
    ] = None,
) -> None:
    """Go on at once: with the event that it waits with, or from elsewhere, also to send events again."""
    found = session.node.webhooks.replay(webhook, after=after)
    session.output.show(found, lambda: fields(_rows(found)))


@command(app)
def remove(session: Session, webhook: Named) -> None:
    """Send nothing more."""
    session.node.webhooks.remove(webhook)
    session.output.show({"removed": webhook}, lambda: ["removed"])


def _show_secret(session: Session, made: WebhookSecret) -> None:
    session.output.show(made, lambda: fields([*_rows(made), ("secret", made["secret"])]))
    session.output.say("the secret is shown this once: give it to the receiver, which verifies with it")


def _rows(webhook: Webhook) -> list[tuple[str, object]]:
    return [
        ("webhook", webhook["id"]),
        ("to", webhook["url"]),
        ("types", webhook["types"]),
        ("state", webhook["state"]),
        ("delivered", webhook["delivered"]),
        ("confirmed to", webhook["position"]),
        ("failures", webhook["failures"] or None),
        ("failing since", webhook["failingSince"]),
        ("last failure", webhook["failure"]),
        ("tried again", webhook["nextAt"] if webhook["failures"] else None),
    ]
