"""Organisations, as votes, emergencies and their own keys left them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from ledger_node.domain.codes import Capability, EmergencyReason, KeyRole, OrganisationStatus
from ledger_node.domain.organisation import Emergency, Organisation
from ledger_node.domain.position import Position
from ledger_node.ports import Page
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, among, first, grouped, paged, position
from ledger_node.store.schema import consortium as t


class OrganisationReads(Reads):
    def organisations(self, page: Page) -> list[Organisation]:
        with self._database.read() as c:
            return _organisations(c, list(c.execute(paged(t.organisation, page))), page.as_of)

    def find_organisation(self, number: int, as_of: int) -> Organisation | None:
        with self._database.read() as c:
            row = first(c, t.organisation, as_of, number=number)
            return None if row is None else _organisations(c, [row], as_of)[0]

    def organisations_by_number(self, numbers: Collection[int], as_of: int) -> dict[int, Organisation]:
        with self._database.read() as c:
            rows = among(c, t.organisation, "number", numbers, as_of)
            return {one.number: one for one in _organisations(c, rows, as_of)}

    def organisation_names(self, numbers: Collection[int], as_of: int) -> dict[int, str]:
        with self._database.read() as c:
            return {row.number: row.name for row in among(c, t.organisation, "number", numbers, as_of)}


def _organisations(c: Connection, rows: list[Record], as_of: int) -> list[Organisation]:
    numbers = [row.number for row in rows]
    votes, emergencies, keys = grouped(
        c,
        numbers,
        as_of,
        (t.organisation_status, "organisation"),
        (t.emergency, "organisation"),
        (t.key, "organisation"),
    )
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


def _emergency(row: Record) -> Emergency:
    return Emergency(row.regulator, EmergencyReason(row.reason), row.suspended_at, row.until, position(row))


def _admin(admitted: Record, keys: list[Record]) -> str:
    """An accepted admin takes the place of the one before; until the first accepts, it is the one admitted."""
    accepted = [key.address for key in keys if key.state == "accepted" and key.role == KeyRole.ADMIN]
    return str(accepted[-1] if accepted else admitted.admin)


def _emergency_until(votes: list[Record], emergencies: list[Record]) -> int:
    """A vote that reinstates ends the emergency and gives the right to another one back."""
    reinstated = [position(vote) for vote in votes if vote.status == OrganisationStatus.ACTIVE]
    since = reinstated[-1] if reinstated else Position(-1, 0)
    return next((int(one.until) for one in reversed(emergencies) if position(one) > since), 0)
