"""What all writes share: their options, and how their submission is shown."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds
from ledger_node.cli.session import Session
from ledger_node.domain.submission import DONE_STATES

if TYPE_CHECKING:
    from ledger_node.client.answers import Submission
    from ledger_node.client.inputs import Document

WRITING = "Writing"
#: In the order of their making: the last that is there is what the write was about.
IDS = (
    *("dataset", "number", "request", "consent", "model", "version", "recall"),
    *("run", "round", "stream", "proposal", "organisation", "key"),
)

Wait = Annotated[
    int, typer.Option(min=0, max=60, help="Seconds to wait for the block; 0 does not.", rich_help_panel=WRITING)
]
IdempotencyKey = Annotated[
    str | None, typer.Option(help="Repeat an earlier write under its key.", rich_help_panel=WRITING)
]
Card = Annotated[Path, typer.Option(metavar="FILE.json", help="The public card: no personal data.")]


class CheckBy(StrEnum):
    """Who looks at the consents first. The contract always does."""

    NODE = "node"
    CONTRACT = "contract"


Check = Annotated[CheckBy, typer.Option(help="'contract' skips the node's own check: the contract alone decides.")]


def card_of(file: Path) -> Document:
    from ledger_node.client.inputs import Document

    return Document(reading.read_document(file, "card"))


def document_of(text: str, option: str) -> Document:
    """A JSON file, or the digest of a document that is published elsewhere."""
    from ledger_node.client.inputs import Document

    if text.startswith("0x"):
        return Document(digest=reading.digest(text, option))
    return Document(reading.read_document(Path(text), option.removeprefix("--")))


def submit(session: Session, done: str, write: Callable[[], Submission]) -> int:
    """Makes the write and shows its submission. `done` says what happened, in the past tense."""
    with session.output.working("waiting for the chain"):
        made = write()
    return show(session, done, made)


def show(session: Session, done: str, made: Submission) -> int:
    """Status 1 when it was refused, 0 otherwise."""
    refused = made["state"] == "failed" or "cancelled" in (made["outcome"] or {})
    settled = refused or made["state"] in DONE_STATES
    session.output.show(made, lambda: fields(rows(made)))
    if refused:
        outcome = made["outcome"] or {}
        why = outcome.get("reason") or outcome.get("meaning") or outcome.get("error")
        where = f" at position {outcome['position']}, and so the whole batch" if "position" in outcome else ""
        session.output.say(f"refused{where}: {why}")
    elif settled:
        session.output.say(f"{done} in {seconds(session.took)}")
    else:
        session.output.say(f"accepted, not in a block yet: medledger submission show {made['id']}")
    return FINDING if refused else DONE


def rows(made: Submission) -> list[tuple[str, object]]:
    """A submission as lines, the ids that it made first."""
    outcome = made["outcome"] or {}
    items = outcome.get("items", [])
    ids: list[tuple[str, object]] = [(name, outcome.get(name)) for name in IDS]
    if len(items) > 1:
        ids = [(f"item {n}", [f"{name} {value}" for name, value in one.items()]) for n, one in enumerate(items)]
    return [
        *ids,
        ("error", outcome.get("error")),
        ("reason", outcome.get("reason")),
        ("meaning", outcome.get("meaning")),
        ("position", outcome.get("position")),
        ("kind", made["kind"]),
        ("state", made["state"]),
        ("block", made["block"]),
        ("transaction", made["transaction"]),
        ("submission", made["id"]),
    ]
