"""`medledger checkpoint`: which block the chain has at a height, by the word of organisations' operators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.session import Session, command
from ledger_node.screen import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger_node.client.answers import Checkpoint

app = typer.Typer()
Document = Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint.", show_default=False)]


@command(app, "list")
def list_(session: Session, limit: Annotated[int, typer.Option(min=1, max=200, help="At most.")] = 20) -> int:
    """The greatest height first. Exit status 1 when there is a split view among them."""
    page = session.node.checkpoints.list(limit=limit)
    session.output.show(
        {"items": page.items, "next": page.next},
        lambda: [
            table(("block", "hash", "signed by", "split view"), [row for one in page.items for row in _rows(one)])
        ],
    )
    return _status(*page.items)


@command(app)
def show(
    session: Session,
    number: Annotated[int, typer.Argument(min=0, metavar="BLOCK", help="Its number.", show_default=False)],
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write each checkpoint there, as a file.")] = None,
) -> int:
    """What operators signed for at a height. Exit status 1 when they do not say the same."""
    return _show(session, session.node.checkpoints.get(number), out)


@command(app)
def sign(
    session: Session,
    number: Annotated[
        int | None, typer.Argument(min=0, metavar="BLOCK", help="A final one; the newest when left out.")
    ] = None,
) -> int:
    """Let the node sign for a block of its chain, with the operator key."""
    with session.output.working("the node signs"):
        made = session.node.checkpoints.sign(number)
    return _show(session, made)


@command(app)
def bring(session: Session, file: Document) -> int:
    """Give the node a checkpoint. It countersigns what its own chain has, and keeps another block as evidence (exit
    status 1)."""
    document = reading.read_document(file, "checkpoint")
    with session.output.working("the node compares"):
        made = session.node.checkpoints.bring(document)
    return _show(session, made)


@command(app)
def compare(session: Session, one: Document, other: Document) -> int:
    """Compare two checkpoints, offline: same, split-view or apart (of other chains or heights). Exit status 1 unless
    same."""
    from ledger_node.proof import checkpoint as proof

    first, second = (proof.read(reading.read_bytes(file, "checkpoint")) for file in (one, other))
    found = proof.compare(first, second)
    signed = [sorted({by.organisation for by in each.signatures}) for each in (first, second)]
    answer = {"result": found.value, "blocks": [first.number, second.number], "signedBy": signed}
    session.output.show(
        answer,
        lambda: [
            coloured(found.value),
            *fields(
                [("first", f"block {first.number}, by {signed[0]}"), ("second", f"{second.number}, by {signed[1]}")]
            ),
        ],
    )
    return DONE if found is proof.Comparison.SAME else FINDING


def _show(session: Session, found: Checkpoint, out: Path | None = None) -> int:
    if out is not None:
        for document in found["checkpoints"]:
            _write(out, document)
    session.output.show(found, lambda: _about(found))
    if found["splitView"]:
        session.output.say("a split view: keep these checkpoints, and ask who signed them (docs/operator.md)")
    return _status(found)


def _write(folder: Path, document: dict[str, Any]) -> None:
    """In its one form, by height and block."""
    name = f"checkpoint-{document['number']}-{str(document['hash'])[2:10]}.json"
    reading.write_file(folder / name, reading.canonical(document, "checkpoint"))


def _about(found: Checkpoint) -> Iterator[str]:
    yield from fields([("block", found["number"]), ("kept", found["keptAt"]), ("split view", found["splitView"])])
    for document in found["checkpoints"]:
        yield from fields([("hash", document["hash"]), ("signed by", _signers(document))])


def _rows(found: Checkpoint) -> list[tuple[object, ...]]:
    return [
        (found["number"], short(str(document["hash"])), _signers(document), found["splitView"])
        for document in found["checkpoints"]
    ]


def _signers(document: dict[str, Any]) -> list[int]:
    """The organisations, by their numbers."""
    return sorted({int(one["organisation"]) for one in document["signatures"]})


def _status(*found: Checkpoint) -> int:
    return FINDING if any(one["splitView"] for one in found) else DONE
