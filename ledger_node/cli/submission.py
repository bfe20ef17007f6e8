"""`medledger submission`: writes that the node accepted."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import rows

app = typer.Typer()


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
    submission: Annotated[str, typer.Argument(metavar="SUBMISSION", help="Its id.", show_default=False)],
) -> int:
    """One write: what it made, or why it was refused (exit status 1)."""
    made = session.node.submissions.get(submission)
    session.output.show(made, lambda: fields([*rows(made), ("created", made["createdAt"])]))
    return FINDING if made["state"] in ("failed", "replaced") else DONE
