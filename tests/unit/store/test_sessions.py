"""Sessions in the store: by the digest of their tokens alone."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from ledger_node.ports import Caller, KeptSession, Person
from ledger_node.services.access import Access
from ledger_node.services.sessions import IDLE, LONGEST, NOTED, Sessions
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.database import Database
from ledger_node.store.schema.local import session as table
from ledger_node.store.sessions import SqlSessions
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sessions(database: Database, clock: FakeClock) -> Sessions:
    keys = SqlApiKeys(database)
    keys.add("mlk_the-key", "auditor", "dashboard", (), 0, None)
    return Sessions(Access(keys, clock), SqlSessions(database), clock)


def test_no_token_is_in_the_store(sessions: Sessions, database: Database) -> None:
    token = sessions.begin("mlk_the-key")
    with database.read() as connection:
        row = connection.execute(select(table)).one()
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    assert sessions.read(row.digest) is None
    assert sessions.read(token) is not None


def test_one_that_ended_is_known_to_no_process(sessions: Sessions, database: Database, clock: FakeClock) -> None:
    token, other = sessions.begin("mlk_the-key"), sessions.begin("mlk_the-key")
    elsewhere = Sessions(Access(SqlApiKeys(database), clock), SqlSessions(database), clock)
    assert elsewhere.read(token) is not None
    elsewhere.end(token)
    assert sessions.read(token) is None
    assert sessions.read(other) is not None


def test_a_page_is_noted_now_and_then(sessions: Sessions, database: Database, clock: FakeClock) -> None:
    token, kept = sessions.begin("mlk_the-key"), SqlSessions(database)
    digest, begun = hashlib.sha256(token.encode()).hexdigest(), clock.time
    for later, noted in ((NOTED - 1, 0), (NOTED, NOTED), (NOTED + 1, NOTED)):
        clock.time = begun + later
        assert sessions.read(token) is not None
        assert kept.find(digest) == KeptSession(_id(database), begun, begun + noted)


def test_what_ended_is_forgotten_at_the_next_sign_in(sessions: Sessions, database: Database, clock: FakeClock) -> None:
    kept, begun = SqlSessions(database), clock.time
    kept.add("idle", KeptSession("x", begun, begun))
    kept.add("long", KeptSession("x", begun + IDLE - LONGEST, begun + IDLE))
    kept.add("here", KeptSession("x", begun, begun + 1))
    clock.time = begun + IDLE
    sessions.begin("mlk_the-key")
    assert [kept.find(one) is not None for one in ("idle", "long", "here")] == [False, False, True]


PERSON = Person(Caller("token https://sso.example 0123456789abcdef", "steward"), 10_000)


def test_a_person_is_kept_by_a_pseudonym_a_role_and_an_end(database: Database) -> None:
    kept = SqlSessions(database)
    kept.add("hers", KeptSession(PERSON, 100, 100))
    assert kept.find("hers") == KeptSession(PERSON, 100, 100)


def _id(database: Database) -> str:
    (key,) = SqlApiKeys(database).list_all()
    return key.id
