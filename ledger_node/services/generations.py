"""Which generation of contracts a fact belongs to. Acts on a fact go to the contract that stated it."""

from __future__ import annotations

from ledger_node.domain.position import Position
from ledger_node.errors import StateConflict
from ledger_node.ports import Index
from ledger_node.services.reading import block_of


def generation_of(index: Index, at: Position) -> int | None:
    """The generation that the fact at a position belongs to; None, which stands for the newest, when it is of none."""
    return index.generation_of(at) or None


def require_in_force(index: Index, at: Position, what: str) -> int | None:
    """As `generation_of`. StateConflict when another generation followed, since nothing new begins in a former one."""
    found = generation_of(index, at)
    newest = max((one.number for one in index.generations(block_of(index, None))), default=1)
    if found is not None and found != newest:
        raise StateConflict(
            f"the {what} belongs to a generation of contracts that another followed",
            got=f"generation {found}",
            needed=f"a {what} of generation {newest}, where all that is new begins",
        )
    return found
