"""Keys: what an organisation offered, accepted, retired; what is claimed of a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from ledger_node.domain.codes import KeyRole
from ledger_node.domain.organisation import Key
from ledger_node.domain.position import Position
from ledger_node.store.reads.base import Reads, every, grouped, position
from ledger_node.store.schema import consortium as t

#: States of a key that an organisation has accepted: it belongs to that one for ever.
OWNED = ("accepted", "retired")


class KeyReads(Reads):
    def keys(self, organisation: int, as_of: int) -> list[Key]:
        with self._database.read() as c:
            histories: dict[str, list[Row[Any]]] = defaultdict(list)
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


def _keys(c: Connection, histories: Sequence[list[Row[Any]]], as_of: int) -> list[Key]:
    """Each history is one key's with one organisation, and not empty."""
    addresses = [history[0].address for history in histories]
    organisations = sorted({history[0].organisation for history in histories})
    claims = grouped(c, t.key_claim, "address", addresses, as_of)
    confirmations = grouped(c, t.key_confirmation, "address", addresses, as_of)
    mentions = grouped(c, t.key, "organisation", organisations, as_of)
    return [
        _key(
            history,
            _admins_changed(mentions[history[0].organisation]),
            claims[history[0].address],
            confirmations[history[0].address],
        )
        for history in histories
    ]


def _admins_changed(mentions: list[Row[Any]]) -> Position:
    """When an admin of the organisation last came or went."""
    changes = [position(row) for row in mentions if row.role == KeyRole.ADMIN and row.state in OWNED]
    return changes[-1] if changes else Position(-1, 0)


def _key(
    history: list[Row[Any]], admins_changed: Position, claims: list[Row[Any]], confirmations: list[Row[Any]]
) -> Key:
    last = history[-1]
    # Another organisation's offer to the key is not what the claim is about.
    claim = next((claim for claim in reversed(claims) if claim.organisation == last.organisation), None)
    confirmed = [one.regulator for one in confirmations if claim is not None and position(one) > position(claim)]
    is_void = last.state == "proposed" and position(last) < admins_changed
    return Key(
        address=last.address,
        organisation=last.organisation,
        role=KeyRole(last.role),
        state="void" if is_void else last.state,
        acceptable_from=last.acceptable_from,
        compromised_since=0 if claim is None else claim.since,
        compromise_confirmed_by=confirmed[-1] if confirmed else None,
        at=position(last),
    )
