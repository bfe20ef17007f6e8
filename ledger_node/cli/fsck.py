"""`medledger fsck`: the node against its chain and its documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds, table
from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ledger_node.client.answers import Finding


def add_to(app: typer.Typer) -> None:
    command(app)(fsck)


def fsck(
    session: Session,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what can be derived: from the chain, a queue, the swarm.")
    ] = False,
) -> int:
    """Check your node: index, submissions and contracts against the chain, documents against their digests.

    Exit status 1 when something is not as it should be and was not repaired.
    """
    with session.output.working("comparing with the chain, from its first block"):
        found = session.node.node.fsck(repair=repair)
    session.output.show(
        found,
        lambda: [
            *fields([("block", found["asOfBlock"]), *found["checked"].items()]),
            *_findings(found["findings"]),
        ],
    )
    if found["more"]:
        session.output.say(f"and {found['more']} findings more")
    session.output.say(f"checked in {seconds(session.took)}")
    return FINDING if found["more"] or any(not one["repaired"] for one in found["findings"]) else DONE


def _findings(found: list[Finding]) -> list[RenderableType]:
    return [table(("finding", "subject", "what", "state"), map(_row, found))] if found else []


def _row(one: Finding) -> tuple[str, str, str, str]:
    state = "repaired" if one["repaired"] else "--repair" if one["repairable"] else "for you to decide"
    return one["code"], one["subject"], one["detail"], state
