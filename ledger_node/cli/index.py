"""`medledger index`: the node's cache of the chain."""

from __future__ import annotations

import typer

from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds, table
from ledger_node.cli.session import Session, command

app = typer.Typer()


@command(app)
def digest(session: Session) -> None:
    """One digest over every indexed row: equal on all honest nodes at the same block."""
    answer = session.node.index.digest()
    session.output.show(
        answer,
        lambda: [
            *fields([("digest", answer["digest"]), ("block", answer.get("asOfBlock"))]),
            table(("table", "rows"), sorted(answer["counts"].items())),
        ],
    )


@command(app)
def rebuild(session: Session) -> int:
    """Make the index again from the chain's events alone. Exit status 1 when it comes out different."""
    with session.output.working("reading the chain again from its first block"):
        answer = session.node.index.rebuild()
    session.output.show(
        answer,
        lambda: fields([("before", answer["before"]), ("after", answer["after"]), ("equal", answer["equal"])]),
    )
    session.output.say(f"rebuilt in {seconds(session.took)}")
    return DONE if answer["equal"] else FINDING
