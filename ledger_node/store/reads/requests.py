"""Requests for a consent, with what was said about them and their answer."""

from __future__ import annotations

from sqlalchemy import Connection

from ledger_node.domain.codes import DeclineReason, Operation, Purpose, Region
from ledger_node.domain.request import Message, Request, Wanted
from ledger_node.ports import Page
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, first, grouped, paged, position
from ledger_node.store.schema import consents as t


class RequestReads(Reads):
    def requests(self, page: Page) -> list[Request]:
        with self._database.read() as c:
            return _requests(c, list(c.execute(paged(t.request, page))), page.as_of)

    def find_request(self, request: str, as_of: int) -> Request | None:
        with self._database.read() as c:
            row = first(c, t.request, as_of, id=request)
            return None if row is None else _requests(c, [row], as_of)[0]


def _requests(c: Connection, rows: list[Record], as_of: int) -> list[Request]:
    ids = [row.id for row in rows]
    consents, declines, messages = grouped(
        c, ids, as_of, (t.consent, "request"), (t.decline, "request"), (t.message, "request")
    )
    return [_request(row, consents[row.id], declines[row.id], messages[row.id]) for row in rows]


def _request(row: Record, consents: list[Record], declines: list[Record], messages: list[Record]) -> Request:
    """There is at most one answer: the contract takes no second."""
    answered_at = [consent.issued_at for consent in consents] + [decline.declined_at for decline in declines]
    return Request(
        id=row.id,
        requester=row.requester,
        made_at=row.made_at,
        wanted=_wanted(row),
        consent=consents[0].id if consents else None,
        decline_reason=DeclineReason(declines[0].reason) if declines else None,
        answered_at=answered_at[0] if answered_at else None,
        at=position(row),
        messages=tuple(
            Message(one.number, one.sender, one.message_digest, one.sent_at, position(one)) for one in messages
        ),
    )


def _wanted(row: Record) -> Wanted:
    return Wanted(
        dataset=row.dataset,
        purposes=Purpose(row.purposes),
        operations=Operation(row.operations),
        condition=row.condition,
        regions=Region(row.regions),
        not_before=row.not_before,
        expires_at=row.expires_at,
        max_rounds=row.max_rounds,
        epsilon_budget=row.epsilon_budget,
        project_ref=row.project_ref,
        card_digest=row.card_digest,
    )
