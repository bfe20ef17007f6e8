"""`medledger model`: models, the versions that runs made, and their life."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.facts import Text, show_fact, show_facts, show_list
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Card, Check, CheckBy, IdempotencyKey, Wait, card_of, submit

if TYPE_CHECKING:
    from ledger_node.client.inputs import Document

app = typer.Typer()

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model's id.", show_default=False)]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="The model version's id.", show_default=False)]
Artifact = Annotated[
    str,
    typer.Option(metavar="FILE|FOLDER|0x…", help="The model's file or folder, or its digest. Hashed, never loaded."),
]
Parents = Annotated[
    list[str] | None, typer.Option("--parent", metavar="0x…", help="A version it grew from; repeat it.")
]


@command(app, "list")
def list_(
    session: Session,
    publisher: Annotated[str | None, typer.Option(help="Of one organisation only: a number or an exact name.")] = None,
    text: Text = None,
    as_of: AsOf = None,
) -> None:
    """Models, oldest first."""
    of = None if publisher is None else reading.organisation(session.node, publisher, "--publisher")
    columns = ("publisher", "number", "block")
    show_list(session, "model", session.node.models, columns, publisher=of, text=text, as_of=as_of)


@command(app)
def show(session: Session, model: Model, as_of: AsOf = None) -> None:
    """One model and its versions."""
    found = session.node.models.get(reading.digest(model, "MODEL"), as_of=as_of)
    show_fact(session, found, versions=("number", "lifecycle", "forSale", "standingRecalls", "publishedAt", "id"))


@command(app)
def versions(session: Session, model: Model, text: Text = None, as_of: AsOf = None) -> None:
    """The versions of a model, oldest first."""
    found = session.node.models.versions(reading.digest(model, "MODEL"), text=text, as_of=as_of)
    show_facts(session, "version", list(found), ("number", "lifecycle", "forSale", "standingRecalls", "publishedAt"))


@command(app)
def register(session: Session, card: Card, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """Register a model under its public card."""
    document = card_of(card)
    return submit(
        session,
        "registered",
        lambda: session.node.models.register(document, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def publish(
    session: Session,
    model: Model,
    run: Annotated[str, typer.Option(metavar="0x…", help="The completed run that made it.")],
    artifact: Artifact,
    card: Card,
    parent: Parents = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Publish a model's next version; what its run trained on must permit EXPORT_WEIGHTS."""
    made, document = _made(artifact, card)
    return submit(
        session,
        "published",
        lambda: session.node.models.publish(
            model,
            run=run,
            artifact_digest=made,
            card=document,
            parents=parent or (),
            contract_check_only=check is CheckBy.CONTRACT,
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app)
def import_(
    session: Session,
    model: Model,
    artifact: Artifact,
    card: Card,
    parent: Parents = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Publish a model's next version as made elsewhere: no run, and no consent checked here."""
    made, document = _made(artifact, card)
    return submit(
        session,
        "imported",
        lambda: session.node.models.import_version(
            model,
            artifact_digest=made,
            card=document,
            parents=parent or (),
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app)
def release(
    session: Session,
    version: Version,
    for_sale: Annotated[
        bool, typer.Option("--for-sale", help="For sale: every input of its run must permit COMMERCIALISE.")
    ] = False,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Release a version for use, free of charge unless --for-sale."""
    return submit(
        session,
        "released for sale" if for_sale else "released",
        lambda: session.node.versions.release(
            version,
            for_sale=for_sale,
            contract_check_only=check is CheckBy.CONTRACT,
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app)
def deprecate(session: Session, version: Version, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """Advise against further use of a version."""
    return submit(
        session,
        "deprecated",
        lambda: session.node.versions.deprecate(version, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def withdraw(session: Session, version: Version, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """Take a version back for ever."""
    return submit(
        session,
        "withdrawn",
        lambda: session.node.versions.withdraw(version, idempotency_key=idempotency_key, wait=wait),
    )


def _made(artifact: str, card: Path) -> tuple[str, Document]:
    return reading.digest_or_files(artifact, "--artifact"), card_of(card)
