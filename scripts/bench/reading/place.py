"""One registry of one size, and what is asked of it without HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from ledger_node.ports import Checkpoint
from ledger_node.services.catalogue import Catalogue
from ledger_node.services.lineage import Lineages
from ledger_node.services.reading import Times
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from scripts.bench.reading import facts, hubs, recursive
from scripts.bench.reading.filling import fill

STORES = ("SQLite", "PostgreSQL")
AWAY: Any = None  # the chain, which no read asks


@dataclass(frozen=True, slots=True)
class Timed:
    seconds: float
    answer: Any


@dataclass(frozen=True, slots=True)
class Place:
    """`facts` are events; `families` those that one may ask for."""

    url: str
    facts: int
    families: int
    at: Checkpoint
    database: Database
    catalogue: Catalogue
    lineages: Lineages

    def ours(self, name: str) -> Timed:
        if name == "impact":
            return _timed(lambda: self.lineages.impact_of_dataset(hubs.SOURCE))
        return _timed(lambda: self.lineages.lineage(hubs.ENSEMBLE))

    def theirs(self, name: str) -> Timed:
        def asked() -> object:
            with self.database.read() as connection:
                if name == "impact":
                    return recursive.impact(connection, hubs.SOURCE, self.at.number, self.at.timestamp)
                return recursive.lineage(connection, hubs.ENSEMBLE, self.at.number)

        return _timed(asked)

    def same(self, name: str, ours: Any, theirs: Any) -> bool:
        return (recursive.same_impact if name == "impact" else recursive.same_lineage)(ours, theirs)

    def cost(self, name: str, families: Sequence[int]) -> float:
        """Seconds for an answer."""
        if name == "impact":
            return self.ours(name).seconds
        ask = {"version": self.catalogue.get_model_version, "small lineage": self.lineages.lineage}[name]
        return _timed(lambda: [ask(facts.youngest(one)) for one in families]).seconds / len(families)


@contextmanager
def place(url: str, events: int) -> Iterator[Place]:
    """A registry with so many facts, filled here."""
    database = open_alone(url)
    try:
        index = SqlIndex(database)
        began = time.monotonic()
        families = fill(index, events)
        print(f"{events:,} facts in {time.monotonic() - began:.0f} s", flush=True)
        _settle(database)
        at = index.checkpoint()
        assert at is not None
        yield Place(url, events, families, at, database, Catalogue(index), Lineages(index, Times(index, AWAY)))
    finally:
        database.close()


def _settle(database: Database) -> None:
    """What the engine does by itself when it has nothing else to do, done now for our questions and for others'."""
    word = "PRAGMA wal_checkpoint(TRUNCATE)" if database.engine.dialect.name == "sqlite" else "VACUUM ANALYZE"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(word))


def _timed(ask: Callable[[], Any]) -> Timed:
    began = time.perf_counter()
    answer = ask()
    return Timed(time.perf_counter() - began, answer)
