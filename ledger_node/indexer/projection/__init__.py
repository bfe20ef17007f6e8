"""What each event writes. Events alone make every row: no call to the chain, no clock.

One function for each event, named for it, in the module of its contract. An event without a function is an error,
never a skip.
"""

from __future__ import annotations

from ledger_node.domain.position import Event
from ledger_node.errors import UnknownEvent
from ledger_node.indexer.projection import consents, consortium, datasets, models, runs
from ledger_node.indexer.projection.fact import Projection, nothing
from ledger_node.ports import Row

#: Events of the token standards say nothing that our own do not.
STANDARD: dict[str, Projection] = dict.fromkeys(
    ("Transfer", "Locked", "Unlocked", "Approval", "ApprovalForAll"), nothing
)
PROJECTIONS: dict[str, Projection] = {
    **consortium.PROJECTIONS,
    **datasets.PROJECTIONS,
    **consents.PROJECTIONS,
    **runs.PROJECTIONS,
    **models.PROJECTIONS,
    **STANDARD,
}


def rows_of(event: Event) -> list[Row]:
    """The event's own row, and the rows of the facts that it states."""
    projection = PROJECTIONS.get(event.name)
    if projection is None:
        raise UnknownEvent("no projection is known for an event", got=event.name, needed="a node that knows it")
    position = {"block": event.at.block, "log_index": event.at.log_index}
    own = {
        "transaction": event.transaction,
        "contract": event.contract,
        "generation": event.generation,
        "operator": operator_of(event),
        "name": event.name,
        "args": event.args,
        **position,
    }
    return [Row("event", own), *[Row(table, {**values, **position}) for table, values in projection(event.args)]]


def operator_of(event: Event) -> str:
    """The key that wrote the event; empty when the event names none. What a vote does in another contract is written by
    the Consortium. What an admin does with keys is found by whose admin it was, when it is asked for."""
    if event.name in STANDARD:
        return ""  # ERC-721's operator is somebody else
    return str(event.args.get("operator", event.args.get("reporter", "")))
