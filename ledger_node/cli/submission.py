"""`medledger submission`: writes that the node accepted."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import rows

app = typer.Typer()
Named = Annotated[str, typer.Argument(metavar="SUBMISSION", help="Its id.", show_default=False)]


@command(app, "list")
def list_(session: Session, limit: Annotated[int, typer.Option(min=1, max=200, help="At most.")] = 20) -> None:
    """The newest writes first."""
    page = session.node.submissions.list(limit=limit)
    session.output.show(
        {"items": page.items, "next": page.next},
        lambda: [
            table(
                ("submission", "kind", "state", "block"),
                [(made["id"], made["kind"], made["state"], made["block"]) for made in page.items],
            )
        ],
    )


@command(app)
def show(
    session: Session,
    submission: Named,
) -> int:
    """One write: what it made, or why it was refused (exit status 1)."""
    made = session.node.submissions.get(submission)
    session.output.show(made, lambda: fields([*rows(made), ("created", made["createdAt"])]))
    return FINDING if made["state"] in ("failed", "replaced") else DONE


@command(app)
def cancel(session: Session, submission: Named) -> None:
    """Take a write back. One that is signed already competes with a transaction that does nothing: look again later."""
    made = session.node.submissions.cancel(submission)
    session.output.show(made, lambda: fields(rows(made)))
    session.output.say(
        "taken back"
        if "cancelled" in (made["outcome"] or {})
        else f"one of two will be mined: medledger submission show {made['id']}"
    )


@command(app)
def resend(session: Session, submission: Named) -> None:
    """Send a write's stored bytes to the chain's pool again."""
    made = session.node.submissions.resend(submission)
    session.output.show(made, lambda: fields(rows(made)))
