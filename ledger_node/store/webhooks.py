"""The Webhooks port: a row for each receiver."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from ledger_node.domain.feed import FeedPosition
from ledger_node.domain.webhook import Secret, Webhook, WebhookState
from ledger_node.errors import StateConflict
from ledger_node.store.database import Database
from ledger_node.store.schema.local import webhook as table

ROW = [table.c[one.name] for one in fields(Webhook)]


class SqlWebhooks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, webhook: Webhook, most: int) -> Webhook:
        with self._database.write() as connection:
            row = connection.execute(select(*ROW).where(table.c.id == webhook.id)).first()
            if row is not None:
                return _webhook(row)
            if (connection.scalar(select(func.count()).select_from(table)) or 0) >= most:
                raise StateConflict("there are too many webhooks", needed=f"at most {most}: remove one first")
            values = {one.name: getattr(webhook, one.name) for one in fields(Webhook)}
            connection.execute(table.insert().values(_columns(values)))
        return webhook

    def all(self) -> list[Webhook]:
        with self._database.read() as connection:
            found = connection.execute(select(*ROW).order_by(table.c.created_at, table.c.id))
            return [_webhook(row) for row in found]

    def find(self, webhook: str) -> Webhook | None:
        with self._database.read() as connection:
            row = connection.execute(select(*ROW).where(table.c.id == webhook)).first()
        return None if row is None else _webhook(row)

    def remove(self, webhook: str) -> bool:
        with self._database.write() as connection:
            return connection.execute(delete(table).where(table.c.id == webhook)).rowcount == 1

    def change(self, webhook: str, known: Webhook | None = None, /, **values: Any) -> Webhook | None:
        changed = {**_columns(values), "changes": table.c.changes + 1}
        with self._database.write() as connection:
            query = select(*ROW).where(table.c.id == webhook)
            before = connection.execute(query).first()
            if known is not None and before is not None and before.changes != known.changes:
                raise StateConflict("the webhook was changed meanwhile", needed="the same again")
            connection.execute(update(table).where(table.c.id == webhook).values(changed))
            row = connection.execute(query).first()
        return None if row is None else _webhook(row)

    def due(self, now: int) -> list[Webhook]:
        active = (table.c.state == WebhookState.ACTIVE, table.c.next_at <= now)
        with self._database.read() as connection:
            return [_webhook(row) for row in connection.execute(select(*ROW).where(*active))]

    def note(self, known: Webhook, **values: Any) -> bool:
        with self._database.write(as_writer=True) as connection:
            same = (
                table.c.id == known.id,
                table.c.changes == known.changes,
                table.c.position == str(known.position),
            )
            return connection.execute(update(table).where(*same).values(_columns(values))).rowcount == 1


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    written = dict(values)
    if "position" in values:
        written["position"] = str(values["position"])
    if "types" in values:
        written["types"] = list(values["types"])
    if "secrets" in values:
        written["secrets"] = [[one.value, one.until] for one in values["secrets"]]
    return written


def _webhook(row: Row[Any]) -> Webhook:
    values = dict(row._mapping)
    values["types"] = tuple(values["types"])
    values["secrets"] = tuple(Secret(*one) for one in values["secrets"])
    values["position"] = FeedPosition.parse(values["position"])
    values["state"] = WebhookState(values["state"])
    return Webhook(**values)
