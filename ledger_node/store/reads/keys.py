"""Keys: what an organisation offered, accepted, retired; what is claimed of a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from ledger_node.domain.codes import KeyRole, OrganisationStatus
from ledger_node.domain.organisation import Key
from ledger_node.domain.position import Position
from ledger_node.store.question import Record
from ledger_node.store.reads.base import Reads, every, grouped, position
from ledger_node.store.schema import consortium as t

#: States of a key that an organisation has accepted: it belongs to that one for ever.
OWNED = ("accepted", "retired")


class KeyReads(Reads):
    def keys(self, organisation: int, as_of: int) -> list[Key]:
        with self._database.read() as c:
            histories: dict[str, list[Record]] = defaultdict(list)
            for row in every(c, t.key, as_of, organisation=organisation):
                histories[row.address].append(row)
            return _keys(c, list(histories.values()), as_of)

    def find_key(self, address: str, as_of: int) -> Key | None:
        with self._database.read() as c:
            rows = every(c, t.key, as_of, address=address)
            if not rows:
                return None
            newest = next((row for row in reversed(rows) if row.state in OWNED), rows[-1])
            history = [row for row in rows if row.organisation == newest.organisation]
            return _keys(c, [history], as_of)[0]


def _keys(c: Connection, histories: Sequence[list[Record]], as_of: int) -> list[Key]:
    """Each history is one key's with one organisation, and not empty."""
    addresses = [history[0].address for history in histories]
    organisations = sorted({history[0].organisation for history in histories})
    claims, confirmations = grouped(c, addresses, as_of, (t.key_claim, "address"), (t.key_confirmation, "address"))
    mentions, votes = grouped(c, organisations, as_of, (t.key, "organisation"), (t.organisation_status, "organisation"))
    return [
        _key(
            history,
            _offers_voided(mentions[history[0].organisation], votes[history[0].organisation]),
            claims[history[0].address],
            confirmations[history[0].address],
        )
        for history in histories
    ]


def _offers_voided(mentions: list[Record], votes: list[Record]) -> Position:
    """When an admin of the organisation last came or went, or a vote suspended it."""
    changes = [position(row) for row in mentions if row.role == KeyRole.ADMIN and row.state in OWNED]
    changes += [position(row) for row in votes if row.status == OrganisationStatus.SUSPENDED]
    return max(changes, default=Position(-1, 0))


def _key(history: list[Record], offers_voided: Position, claims: list[Record], confirmations: list[Record]) -> Key:
    last = history[-1]
    # Another organisation's offer to the key is not what the claim is about.
    claim = next((claim for claim in reversed(claims) if claim.organisation == last.organisation), None)
    confirmed = next((one for one in reversed(confirmations) if one.organisation == last.organisation), None)
    is_void = last.state == "proposed" and position(last) < offers_voided
    return Key(
        address=last.address,
        organisation=last.organisation,
        role=KeyRole(last.role),
        state="void" if is_void else last.state,
        acceptable_from=last.acceptable_from,
        compromised_since=0 if claim is None else claim.since,
        compromise_confirmed_by=None if confirmed is None else confirmed.regulator,
        at=position(last),
        compromise_reporter=None if claim is None else claim.reporter,
        compromise_claimed_at=0 if claim is None else claim.claimed_at,
        confirmed_since=0 if confirmed is None else confirmed.since,
    )
