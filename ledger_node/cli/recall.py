"""`medledger recall`: taking model versions out of use, and who knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, document_of, submit
from ledger_node.domain.codes import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()

Recall = Annotated[str, typer.Argument(metavar="RECALL", help="The recall's id.", show_default=False)]


@command(app)
def issue(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The model version's id.", show_default=False)],
    severity: Annotated[
        str, typer.Option(help="MINOR, SERIOUS or CRITICAL.", autocompletion=reading.complete(Severity))
    ],
    notice: Annotated[str, typer.Option(metavar="FILE.json|0x…", help="The public notice, or its digest.")],
    replacement: Annotated[
        str | None, typer.Option(metavar="0x…", help="The publisher's only: the version to use instead.")
    ] = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Recall a model version, as its publisher or as a regulator."""
    grave = reading.name(Severity, severity, "--severity")
    document = document_of(notice, "--notice")
    instead = None if replacement is None else reading.digest(replacement, "--replacement")
    return submit(
        session,
        "recalled",
        lambda: session.node.recalls.issue(
            version, grave, document, replacement=instead, idempotency_key=idempotency_key, wait=wait
        ),
    )


@command(app, "list")
def list_(
    session: Session,
    version: Annotated[str | None, typer.Option(metavar="0x…", help="Of one model version only.")] = None,
    as_of: AsOf = None,
) -> None:
    """Recalls, those that were lifted included."""
    of = None if version is None else reading.digest(version, "--version")
    found = list(session.node.recalls.all(version=of, as_of=as_of))
    session.output.show({"items": found}, lambda: _listed(found))


@command(app)
def show(session: Session, recall: Recall, as_of: AsOf = None) -> None:
    """One recall, and which organisations have acknowledged it."""
    found = session.node.recalls.get(recall, as_of=as_of)
    session.output.show(found, lambda: _shown(found))


@command(app)
def lift(session: Session, recall: Recall, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """End a recall that your organisation issued. Another's takes a vote: proposal open lift-recall."""
    return submit(
        session,
        "lifted",
        lambda: session.node.recalls.lift(recall, idempotency_key=idempotency_key, wait=wait),
    )


def _listed(found: list[answers.Recall]) -> Iterator[RenderableType]:
    yield table(
        ("no.", "version", "severity", "issued by", "read by", ""),
        [
            (
                n,
                f"{recall['version'][:8]}…",
                recall["severity"],
                recall["issuer"]["name"],
                len(recall["acknowledgements"]),
                "stands" if recall["stands"] else "lifted",
            )
            for n, recall in enumerate(found, start=1)
        ],
    )
    yield from fields([(f"recall {n}", recall["id"]) for n, recall in enumerate(found, start=1)])


def _shown(recall: answers.Recall) -> Iterator[RenderableType]:
    yield coloured("stands" if recall["stands"] else "lifted")
    lifted = recall["lifted"]
    yield from fields(
        [
            ("recall", recall["id"]),
            ("version", recall["version"]),
            ("severity", recall["severity"]),
            ("issued by", recall["issuer"]["name"]),
            ("issued", recall["issuedAt"]),
            ("notice", recall["noticeDigest"]),
            ("replacement", recall["replacement"]),
            ("lifted", lifted and lifted["liftedAt"]),
            ("lifted by", lifted and (lifted["actor"]["name"] if lifted["actor"] else "a vote")),
        ]
    )
    yield acknowledged(recall)


def acknowledged(recall: answers.Recall) -> RenderableType:
    """Who has acknowledged the recall, and when; a sentence when nobody has."""
    rows = [(one["organisation"]["name"], one["acknowledgedAt"]) for one in recall["acknowledgements"]]
    return table(("acknowledged by", "at"), rows) if rows else "nobody has acknowledged it"
