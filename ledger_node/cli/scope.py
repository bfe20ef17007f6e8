"""The options that say what a use is for and where: the same for consents, requests, runs and derived versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.domain.codes import Operation, Purpose, Region
from ledger_node.errors import InvalidPurpose

if TYPE_CHECKING:
    from ledger_node.client import Scope

Purposes = Annotated[
    list[str],
    typer.Option(
        "--purpose", help="HL7 ActReason or EHDS_53_A to F; repeat it.", autocompletion=reading.complete(Purpose)
    ),
]
Operations = Annotated[
    list[str],
    typer.Option("--operation", help="TRAIN and others; repeat it.", autocompletion=reading.complete(Operation)),
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        help="Where data are processed: DE and others, ADEQUATE, OTHER; repeat it.",
        autocompletion=reading.complete(Region),
    ),
]
Condition = Annotated[str | None, typer.Option(metavar="MONDO:…", help="The disease studied, like MONDO:0007254.")]
Project = Annotated[str | None, typer.Option(metavar="0x…", help="Salted commitment to a permit or project.")]
Epsilon = Annotated[str, typer.Option(metavar="DECIMAL", help="Privacy loss (epsilon), at most six places, like 0.5.")]
Rounds = Annotated[int, typer.Option(min=0, help="Federated rounds at most; 0 permits none.")]
From = Annotated[str, typer.Option("--from", help="Begin: RFC 3339, a date, or a span from now.")]
Until = Annotated[str, typer.Option(help="End: RFC 3339, a date, or a span after --from like 365d.")]


def purposes_of(texts: list[str]) -> Purpose:
    """At least one. InvalidPurpose."""
    found = reading.names(Purpose, texts, "--purpose")
    if not found:
        raise InvalidPurpose("--purpose is missing", got="none", needed="at least one --purpose")
    return found


def operations_of(texts: list[str]) -> Operation:
    """At least one. InvalidPurpose."""
    found = reading.names(Operation, texts, "--operation")
    if not found:
        raise InvalidPurpose("--operation is missing", got="none", needed="at least one --operation")
    return found


def project_of(text: str | None) -> str | None:
    return None if text is None else reading.digest(text, "--project")


def scope_of(purposes: list[str], regions: list[str] | None, condition: str | None, project: str | None) -> Scope:
    from ledger_node.domain.scope import NO_PROJECT, Scope

    return Scope(
        purposes=purposes_of(purposes),
        regions=reading.names(Region, regions, "--region"),
        condition=reading.condition(condition),
        project_ref=project_of(project) or NO_PROJECT,
    )
