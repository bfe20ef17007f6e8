"""Events by the key that wrote them, and by their position."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, Tuple, and_, bindparam, exists, or_, select, tuple_

from ledger_node.domain.codes import KeyRole
from ledger_node.domain.position import Event, Position
from ledger_node.ports import Page
from ledger_node.store.question import Question
from ledger_node.store.reads.base import Reads, cut, known, position
from ledger_node.store.schema.consortium import key, key_confirmation
from ledger_node.store.schema.following import block, event

_GENERATION = Question(
    select(event.c.generation).where(event.c.block == bindparam("at_block"), event.c.log_index == bindparam("at_index"))
)


class EventReads(Reads):
    def events_by_operator(self, address: str, since: int, page: Page) -> list[Event]:
        query = (
            select(event, block.c.hash.label("block_hash"))
            .join(block, block.c.number == event.c.block)
            .where(event.c.operator.in_((address, "")), or_(event.c.operator == address, _by_admin(address)))
            .where(block.c.timestamp >= since)
        )
        with self._database.read() as c:
            return [
                Event(
                    at=position(row),
                    block_hash=row.block_hash,
                    transaction=row.transaction,
                    contract=row.contract,
                    name=row.name,
                    args=row.args,
                    generation=row.generation,
                )
                for row in c.execute(cut(known(query, event, page), event, page))
            ]

    def generation_of(self, at: Position) -> int | None:
        with self._database.read() as c:
            found = _GENERATION.ask(c, at_block=at.block, at_index=at.log_index)
        return found[0].generation if found else None


def _by_admin(address: str) -> ColumnElement[bool]:
    """Whether the event offers a role to a key, takes an offer back or retires an operator, and this key did it as its
    organisation's admin then.

    These events name no operator. One was done by somebody else when the offer waits for the admin's objection (a
    vote's), when the retired key was an admin (its successor's), or when a confirmation stands just before (a
    regulator's).
    """
    act, accepted, retired, confirmation = key.alias(), key.alias(), key.alias(), key_confirmation.alias()
    confirmed = exists().where(
        confirmation.c.address == act.c.address,
        confirmation.c.block == act.c.block,
        confirmation.c.log_index == act.c.log_index - 1,
    )
    own = or_(
        and_(act.c.state == "proposed", act.c.acceptable_from <= block.c.timestamp),
        act.c.state == "withdrawn",
        and_(act.c.state == "retired", act.c.role == KeyRole.OPERATOR, ~confirmed),
    )
    return exists().where(
        _at(act) == _at(event),
        own,
        accepted.c.address == address,
        accepted.c.organisation == act.c.organisation,
        accepted.c.state == "accepted",
        accepted.c.role == KeyRole.ADMIN,
        _at(accepted) < _at(act),
        ~exists().where(retired.c.address == address, retired.c.state == "retired", _at(retired) < _at(act)),
    )


def _at(table: FromClause) -> Tuple:
    return tuple_(table.c.block, table.c.log_index)
