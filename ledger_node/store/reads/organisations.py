"""Organisations, as votes, emergencies and their own keys left them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from ledger_node.domain.codes import Capability, EmergencyReason, KeyRole, OrganisationStatus
from ledger_node.domain.organisation import Emergency, Organisation
from ledger_node.domain.position import Position
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, first, grouped, paged, position
from ledger_node.store.schema import consortium as t


class OrganisationReads(Reads):
    def organisations(self, page: Page) -> list[Organisation]:
        with self._database.read() as c:
            return _organisations(c, list(c.execute(paged(t.organisation, page))), page.as_of)

    def find_organisation(self, number: int, as_of: int) -> Organisation | None:
        with self._database.read() as c:
            row = first(c, t.organisation, as_of, number=number)
            return None if row is None else _organisations(c, [row], as_of)[0]


def _organisations(c: Connection, rows: list[Row[Any]], as_of: int) -> list[Organisation]:
    numbers = [row.number for row in rows]
    votes = grouped(c, t.organisation_status, "organisation", numbers, as_of)
    emergencies = grouped(c, t.emergency, "organisation", numbers, as_of)
    keys = grouped(c, t.key, "organisation", numbers, as_of)
    return [
        Organisation(
            number=row.number,
            name=row.name,
            admin=_admin(row, keys[row.number]),
            capabilities=Capability(row.capabilities),
            for_profit=row.for_profit,
            voted=OrganisationStatus(votes[row.number][-1].status) if votes[row.number] else OrganisationStatus.ACTIVE,
            emergency_until=_emergency_until(votes[row.number], emergencies[row.number]),
            at=position(row),
            emergencies=tuple(_emergency(one) for one in emergencies[row.number]),
        )
        for row in rows
    ]


def _emergency(row: Row[Any]) -> Emergency:
    return Emergency(row.regulator, EmergencyReason(row.reason), row.suspended_at, row.until, position(row))


def _admin(admitted: Row[Any], keys: list[Row[Any]]) -> str:
    """An accepted admin takes the place of the one before; until the first accepts, it is the one admitted."""
    accepted = [key.address for key in keys if key.state == "accepted" and key.role == KeyRole.ADMIN]
    return str(accepted[-1] if accepted else admitted.admin)


def _emergency_until(votes: list[Row[Any]], emergencies: list[Row[Any]]) -> int:
    """A vote that reinstates ends the emergency and gives the right to another one back."""
    reinstated = [position(vote) for vote in votes if vote.status == OrganisationStatus.ACTIVE]
    since = reinstated[-1] if reinstated else Position(-1, 0)
    return next((int(one.until) for one in reversed(emergencies) if position(one) > since), 0)
