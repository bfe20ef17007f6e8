"""Writes of several threads in one transaction: what one refuses or breaks concerns nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

import pytest
from sqlalchemy import Connection, insert, select

from ledger_node.errors import StateConflict, StoreUnavailable
from ledger_node.store.database import Database
from ledger_node.store.schema.local import secret
from ledger_node.store.together import Together

MANY = 12


class Counted:
    """Transactions of a database: how many were begun, and the first one held until it is let."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.begun = 0
        self.failing: Exception | None = None
        self.inside, self.let = threading.Event(), threading.Event()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self.begun += 1
        with self._database.write() as connection:
            if self.begun == 1:
                self.inside.set()
                assert self.let.wait(30)
            yield connection
            if self.failing is not None:
                error, self.failing = self.failing, None
                raise error


@pytest.fixture
def counted(database: Database) -> Counted:
    return Counted(database)


def adds(name: str) -> Callable[[Connection], str]:
    def act(connection: Connection) -> str:
        connection.execute(insert(secret).values(name=name, value="x"))
        return name

    return act


def refuses(connection: Connection) -> str:
    raise StateConflict("not now")


def names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(select(secret.c.name)))


def behind_the_first(counted: Counted, acts: list[Callable[[Connection], str]]) -> list[str | BaseException]:
    """What came of acts that all waited while the first transaction was open."""
    together = Together(counted.begin)
    with ThreadPoolExecutor(len(acts) + 1) as pool:
        first = pool.submit(together.do, adds("first"))
        assert counted.inside.wait(30)
        ends = [pool.submit(together.do, act) for act in acts]
        while len(together._waiting) < len(acts):
            pass
        counted.let.set()
        assert first.result(30) == "first"
        return [end.exception(30) or end.result() for end in ends]


def test_what_waits_is_written_in_one_transaction(counted: Counted, database: Database) -> None:
    wanted = [f"name-{number}" for number in range(MANY)]
    assert behind_the_first(counted, [adds(name) for name in wanted]) == wanted
    assert names(database) == {"first", *wanted}
    assert counted.begun == 2


def test_a_refusal_is_its_own_acts_affair(counted: Counted, database: Database) -> None:
    one, refused, other = behind_the_first(counted, [adds("one"), refuses, adds("other")])
    assert (one, other) == ("one", "other")
    assert isinstance(refused, StateConflict)
    assert names(database) == {"first", "one", "other"}
    assert counted.begun == 2


def test_what_breaks_takes_nobody_else_with_it(counted: Counted, database: Database) -> None:
    one, broken, other = behind_the_first(counted, [adds("one"), adds("first"), adds("other")])
    assert (one, other) == ("one", "other")
    assert isinstance(broken, Exception)
    assert names(database) == {"first", "one", "other"}
    assert counted.begun == 5  # the first, all, and each by itself


def test_a_commit_that_fails_is_tried_once_more_for_each(counted: Counted, database: Database) -> None:
    counted.let.set()
    together = Together(counted.begin)
    together.do(adds("first"))
    counted.failing = StoreUnavailable("the disk is full")
    with pytest.raises(StoreUnavailable):
        together.do(adds("alone"))
    assert names(database) == {"first"}
    assert together.do(adds("alone")) == "alone"


def test_what_was_put_off_is_written_with_the_next_act_of_its_context(database: Database) -> None:
    together = Together(database.write)

    def handler() -> None:
        together.do_with_next(lambda connection: connection.execute(insert(secret).values(name="card", value="x")))
        assert names(database) == set()
        together.do(adds("write"))

    copy_context().run(handler)
    assert names(database) == {"card", "write"}
    together.do(adds("next"))  # it was done once
    assert names(database) == {"card", "write", "next"}


def test_what_was_put_off_is_forgotten_with_its_context_or_with_a_refusal(database: Database) -> None:
    together = Together(database.write)

    def put_off(name: str) -> None:
        together.do_with_next(lambda connection: connection.execute(insert(secret).values(name=name, value="x")))

    def refused() -> None:
        put_off("refused")
        with pytest.raises(StateConflict):
            together.do(refuses)

    copy_context().run(put_off, "left")
    copy_context().run(refused)
    together.do(adds("another"))
    assert names(database) == {"another"}
