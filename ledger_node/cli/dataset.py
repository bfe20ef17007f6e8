"""`medledger dataset`: records stay in the hospital's folder, digests go to the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import erasing, preparing, reading
from ledger_node.cli.facts import Text, show_fact, show_facts, show_list
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, seconds
from ledger_node.cli.output_file import Out, write_out
from ledger_node.cli.scope import Condition, Project, Purposes, Regions, scope_of
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import Supersession

if TYPE_CHECKING:
    from ledger_node.cli.registration import Descent

app = typer.Typer()
preparing.add_to(app)
erasing.add_to(app)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="What prepare wrote.", show_default=False)]
Dataset = Annotated[
    str | None, typer.Option(metavar="0x…", help="The dataset that gets a new version; else a new dataset.")
]
Why = Annotated[
    str | None,
    typer.Option(
        help="Why a new version: EXTENSION, CORRECTION, WITHDRAWAL.", autocompletion=reading.complete(Supersession)
    ),
]
Number = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="The number that it must get; else the next, whichever it is.")
]
Named = Annotated[str, typer.Argument(metavar="DATASET", help="The dataset's id.", show_default=False)]
VERSION = ("number", "sizeClass", "supersession", "usable", "publishedAt")


@command(app)
def register(
    session: Session,
    folder: Folder,
    dataset: Dataset = None,
    supersession: Why = None,
    number: Number = None,
    wait: Wait = 30,
) -> None:
    """Publish a prepared version. Running it again after an interruption makes nothing twice."""

    _publish(session, folder, dataset, supersession, number, wait)


@command(app)
def derive(
    session: Session,
    folder: Folder,
    parent: Annotated[
        list[str],
        typer.Option(
            metavar="DATASET:VERSION[:CONSENT]", help="What it was made of; your own without CONSENT. Repeat it."
        ),
    ],
    purpose: Purposes,
    region: Regions = None,
    condition: Condition = None,
    project: Project = None,
    dataset: Dataset = None,
    supersession: Why = None,
    number: Number = None,
    wait: Wait = 30,
) -> None:
    """Publish a prepared version as made of others, under their consents for DERIVE_DATASET."""
    from ledger_node.cli.registration import Descent

    scope = scope_of(purpose, region, condition, project)
    parents = tuple(reading.parent(text) for text in parent)
    descent = Descent(scope, parents)
    _publish(session, folder, dataset, supersession, number, wait, descent)


@command(app)
def erasure(
    session: Session,
    dataset: Named,
    version: Annotated[int, typer.Option(min=1, help="The version whose records were erased.")],
    receipt: Annotated[str, typer.Option(metavar="FILE|0x…", help="A receipt that names no record, or its digest.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Record that records of a version were erased. The receipt is hashed and stays here."""
    made = reading.digest_or_file(receipt, "--receipt")
    return submit(
        session,
        "erasure recorded",
        lambda: session.node.datasets.record_erasure(
            dataset, version, made, idempotency_key=idempotency_key, wait=wait
        ),
    )


@command(app, "list")
def list_(
    session: Session,
    custodian: Annotated[str | None, typer.Option(help="Of one hospital only: a number or an exact name.")] = None,
    text: Text = None,
    as_of: AsOf = None,
) -> None:
    """Datasets, oldest first."""
    of = None if custodian is None else reading.organisation(session.node, custodian, "--custodian")
    columns = ("custodian", "number", "block")
    show_list(session, "dataset", session.node.datasets, columns, custodian=of, text=text, as_of=as_of)


@command(app)
def show(session: Session, dataset: Named, as_of: AsOf = None) -> None:
    """One dataset and its versions."""
    found = session.node.datasets.get(reading.digest(dataset, "DATASET"), as_of=as_of)
    show_fact(session, found, versions=VERSION)


@command(app)
def versions(session: Session, dataset: Named, text: Text = None, as_of: AsOf = None) -> None:
    """The versions of a dataset, oldest first."""
    found = session.node.datasets.versions(reading.digest(dataset, "DATASET"), text=text, as_of=as_of)
    show_facts(session, "", list(found), VERSION)


@command(app)
def export(
    session: Session,
    dataset: Named,
    number: Annotated[int, typer.Option(min=1, metavar="N", help="The version's number.")],
    out: Out,
    as_of: AsOf = None,
) -> None:
    """Write a version's card for another tool: Croissant, byte for byte as its digest on the ledger has it."""
    write_out(session, out, session.node.datasets.export(reading.digest(dataset, "DATASET"), number, as_of=as_of))


@command(app)
def erasures(session: Session, dataset: Named, as_of: AsOf = None) -> None:
    """What was erased from a dataset's versions, oldest first."""
    found = session.node.datasets.erasures(reading.digest(dataset, "DATASET"), as_of=as_of)
    show_facts(session, "", list(found), ("version", "erasedAt", "receiptDigest", "block"))


def _publish(
    session: Session,
    folder: Path,
    dataset: str | None,
    supersession: str | None,
    number: int | None,
    wait: int,
    descent: Descent | None = None,
) -> None:
    from ledger_node.cli.registration import Registration

    why = None if supersession is None else reading.name(Supersession, supersession, "--supersession")
    if dataset is not None:
        reading.digest(dataset, "--dataset")
    with session.output.working("checking the folder"):
        registration = Registration.of(folder)
    with session.output.working("waiting for the chain"):
        answer = registration.publish(session.node, dataset, why, wait, number, descent)
    session.output.show(answer, lambda: fields(preparing.lines(answer)))
    session.output.say(f"registered in {seconds(session.took)}")
