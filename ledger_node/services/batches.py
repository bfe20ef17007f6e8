"""What all batches share: how many items one has, and that an error names the item that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ledger_node.domain.command import MAX_BATCH
from ledger_node.errors import InvalidField, MedLedgerError

Item = TypeVar("Item")
Made = TypeVar("Made")


def each(what: str, items: Sequence[Item], take: Callable[[Item], Made]) -> list[Made]:
    """What `take` makes of each of 1 to MAX_BATCH items, in their order. `what` is the body's field that holds them.

    An error of `take` names the item by its place from 0.
    """
    if not 1 <= len(items) <= MAX_BATCH:
        raise InvalidField(f"a batch has {what}", got=f"{len(items)}", needed=f"1 to {MAX_BATCH}", field=f"body.{what}")
    made = []
    for position, item in enumerate(items):
        try:
            made.append(take(item))
        except MedLedgerError as error:
            error.facts.setdefault("field", f"body.{what}[{position}]")
            error.facts["position"] = position
            raise
    return made
