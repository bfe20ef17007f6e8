"""`medledger model`: models, and the versions that runs made."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Card, Check, CheckBy, IdempotencyKey, Wait, card_of, submit

app = typer.Typer()


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
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model's id.", show_default=False)],
    run: Annotated[str, typer.Option(metavar="0x…", help="The completed run that made it.")],
    artifact: Annotated[
        str, typer.Option(metavar="FILE|0x…", help="The model's file, or its digest. The file is hashed, never loaded.")
    ],
    card: Card,
    parent: Annotated[list[str] | None, typer.Option(metavar="0x…", help="A version it grew from; repeat it.")] = None,
    check: Check = CheckBy.NODE,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Publish a model's next version; every input's consent must permit EXPORT_WEIGHTS."""
    made = reading.digest_or_file(artifact, "--artifact")
    document = card_of(card)
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
