"""API keys: those of the configured file, and those that commands make, end and list."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ledger_node.errors import Unauthenticated
from ledger_node.services.access import Access
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.database import Database
from ledger_node.store.schema.local import api_key as table
from tests.fakes import FakeClock

REACH = ("consents:read", "datasets")


@pytest.fixture
def keys(database: Database) -> SqlApiKeys:
    return SqlApiKeys(database)


def opens(keys: SqlApiKeys, key: str, now: int) -> str:
    """The role that a key opens with, or how it is refused."""
    clock = FakeClock()
    clock.time = now
    try:
        return Access(keys, clock).caller(key).role
    except Unauthenticated as refused:
        return refused.detail


def test_only_the_digest_of_a_key_is_kept(keys: SqlApiKeys, database: Database) -> None:
    made = keys.add("mlk_the-key", "auditor", "dashboard", REACH, 100, 200)
    assert keys.find("mlk_the-key") == made
    assert keys.list_all() == [made]
    with database.read() as connection:
        row = connection.execute(select(table)).one()
    assert "the-key" not in str(row)
    assert (made.reach, made.id, row.digest[:12]) == (REACH, row.digest[:12], made.id)


def test_a_key_ends_at_its_time(keys: SqlApiKeys) -> None:
    keys.add("one", "auditor", "dashboard", (), 100, 200)
    assert [opens(keys, "one", now) for now in (199, 200)] == ["auditor", "the key has expired"]


def test_a_revoked_key_is_refused_from_then_on(keys: SqlApiKeys) -> None:
    made = keys.add("one", "auditor", "dashboard", (), 100, 900)
    assert opens(keys, "one", 110) == "auditor"
    revoked = keys.revoke(made.id, 120)
    assert revoked is not None
    assert revoked.revoked_at == 120
    assert keys.revoke(made.id, 130) == revoked
    assert opens(keys, "one", 120) == "the key was revoked"
    assert keys.revoke("0" * 12, 140) is None


def test_configuring_leaves_what_commands_made(keys: SqlApiKeys) -> None:
    made = keys.add("made", "auditor", "dashboard", (), 100, 900)
    keys.configure({"old": "steward", "kept": "steward"})
    keys.configure({"kept": "publisher", "new": "operator", "made": "operator"})
    roles = {key: opens(keys, key, 110) for key in ("old", "kept", "new", "made")}
    unknown = "the key is not known to this node"
    assert roles == {"old": unknown, "kept": "publisher", "new": "operator", "made": "auditor"}
    assert keys.list_all()[-1].digest == made.digest


def test_a_revoked_key_of_the_file_stays_revoked(keys: SqlApiKeys) -> None:
    keys.configure({"one": "steward"})
    (configured,) = keys.list_all()
    keys.revoke(configured.id, 120)
    for roles in ({"one": "steward"}, {}, {"one": "steward"}):
        keys.configure(roles)
        assert opens(keys, "one", 130) == "the key was revoked"


def test_last_use_is_written_by_the_minute_and_not_by_the_read(keys: SqlApiKeys) -> None:
    keys.add("one", "auditor", "dashboard", (), 100, 9_000)
    opens(keys, "one", 601)
    assert keys.list_all()[0].used_at is None
    assert (keys.write_uses(), keys.list_all()[0].used_at) == (1, 600)
    opens(keys, "one", 659)
    assert keys.write_uses() == 0
    opens(keys, "one", 660)
    opens(keys, "nobody", 720)
    assert (keys.write_uses(), keys.list_all()[0].used_at) == (1, 660)


def test_a_refused_key_counts_as_no_use(keys: SqlApiKeys) -> None:
    keys.add("one", "auditor", "dashboard", (), 100, 200)
    opens(keys, "one", 600)
    assert keys.write_uses() == 0


def test_a_key_is_found_by_its_id(keys: SqlApiKeys) -> None:
    made = keys.add("mlk_the-key", "auditor", "dashboard", REACH, 100, 200)
    keys.add("mlk_another", "auditor", "dashboard", REACH, 100, 200)
    assert keys.named(made.id) == made
    assert keys.named("%") is None
    keys.revoke(made.id, 150)
    found = keys.named(made.id)
    assert found is not None
    assert found.revoked_at == 150
