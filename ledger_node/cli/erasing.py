"""`medledger dataset erase` and `prove`: what a data-protection officer asks of a version's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger_node.cli.failures import DONE
from ledger_node.cli.output import fields
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A prepared version.", show_default=False)]
Records = Annotated[
    list[str] | None, typer.Option(metavar="REFERENCE", help="As the manifest names it: an instance UID, a pseudonym.")
]

Again = Annotated[
    bool, typer.Option("--again", help="Erase once more what receipts name: after a backup was restored.")
]
Receipts = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Where receipts lie for --again; else FOLDER/erasures.")
]


def add_to(app: typer.Typer) -> None:
    command(app)(erase)
    command(app)(prove)


def erase(
    session: Session,
    folder: Folder,
    record: Records = None,
    row: Annotated[list[int] | None, typer.Option(min=1, help="A record by its place in the source, from 1.")] = None,
    patient: Annotated[
        list[str] | None, typer.Option(metavar="PSEUDONYM", help="All records of a patient (patients.csv).")
    ] = None,
    again: Again = False,
    receipts: Receipts = None,
) -> int:
    """Erase records from a version: rows and nonces go, leaves stay, every other proof holds."""
    from ledger_node.edge.manifest import erasing
    from ledger_node.edge.patients import whose

    named = bool(record or row or patient)
    if named == again or (receipts is not None and not again):
        raise InvalidField("what is to be erased?", needed="records, rows or patients; or --again", field="--record")
    if again:
        rows = erasing.erase_again(folder, receipts)
        session.output.show({"rows": rows}, lambda: fields([("rows erased again", rows)]))
        return DONE
    references = set(record or ()) | (whose.records_of(folder, patient) if patient else set())
    made = erasing.erase(folder, references, row or ())
    answer = {"receipt": str(made.receipt), "receiptDigest": made.digest, "rows": made.rows}
    session.output.show(answer, lambda: fields(list(answer.items())))
    session.output.say("next: medledger dataset erasure DATASET --version N --receipt RECEIPT; keep the receipt apart")
    return DONE


def prove(
    session: Session,
    folder: Folder,
    record: Annotated[str | None, typer.Option(metavar="REFERENCE", help="As the manifest names it.")] = None,
    row: Annotated[int | None, typer.Option(min=1, help="By its place in the source, from 1.")] = None,
) -> int:
    """Prove that a record is in a version. The proof tells the size of the tree: it is for who may know it."""
    from ledger_node.edge.manifest import proving

    if (record is None) == (row is None):
        raise InvalidField("one record at a time", needed="--record REFERENCE or --row N", field="--record")
    proof = proving.inclusion(folder, record, row)
    session.output.show(proof, lambda: fields(list(proof.items())))
    return DONE
