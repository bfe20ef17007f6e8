"""A key means one request, whoever asks with it, how often, and through which of the processes that share a store."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection

from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.submission import Entry
from ledger_node.errors import IdempotencyKeyReused, QueueFull
from ledger_node.store.database import Database
from ledger_node.store.outbox import SqlOutbox
from tests.fakes import FakeClock, FakeSigner, address, digest

CAP = 12
THREADS = 6
KEYS, REQUESTS = st.sampled_from([f"key-{n}" for n in range(16)]), st.integers(1, 3)
ASKED = st.tuples(KEYS, REQUESTS, st.integers(0, 1))  # with which key, for what, of which process


class Died(Exception):
    """Stands for a process that is killed before its commit."""


def entry(key: str, request: int) -> Entry:
    command = Command("dataset.register", "datasets", "registerDataset", (), digest(5))
    return Entry(command, Idempotency(key, digest(request)), address(2), "0xabcd")


class Askers(RuleBasedStateMachine):
    """`known` is what each key was first accepted for, and as which submission."""

    def __init__(self, processes: tuple[Database, Database]) -> None:
        super().__init__()
        self.processes = processes
        signer = FakeSigner().address
        self.outboxes = [SqlOutbox(one, FakeClock(), signer) for one in processes]
        self.known: dict[str, tuple[int, str]] = {}
        with processes[0].write() as connection:
            connection.exec_driver_sql("DELETE FROM local_submission")

    def ask(self, key: str, request: int, process: int) -> str | None:
        """The submission's id; empty when the key is another request's, None when too many wait."""
        try:
            return self.outboxes[process].accept([entry(key, request)], CAP)[0].id
        except IdempotencyKeyReused:
            return ""
        except QueueFull:
            return None

    @rule(asked=st.lists(ASKED, min_size=1, max_size=THREADS))
    def all_at_once(self, asked: list[tuple[str, int, int]]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda one: self.ask(*one), asked))
        for (key, request, _), answer in zip(asked, answers, strict=True):
            if answer:
                assert self.known.setdefault(key, (request, answer)) == (request, answer)
        for (key, request, _), answer in zip(asked, answers, strict=True):
            if answer == "":
                assert self.known[key][0] != request
            if answer is None:
                assert len(self.known) >= CAP

    @rule(asked=ASKED)
    def killed_before_the_commit(self, asked: tuple[str, int, int]) -> None:
        key, request, process = asked
        outbox = self.outboxes[process]

        def act(connection: Connection) -> None:
            outbox._accept(connection, [entry(key, request)], 10 * CAP)
            raise Died

        with pytest.raises((Died, IdempotencyKeyReused)):
            self.processes[process].accepting.do(act)

    @invariant()
    def each_key_has_one_row(self) -> None:
        outbox = self.outboxes[0]
        rows = Counter(one.idempotency_key for one in outbox.list_recent(100))
        assert rows == Counter(list(self.known))
        for key, (request, submission) in self.known.items():
            found = outbox.find_by_key(key)
            assert found is not None
            assert (found.id, found.request_digest) == (submission, digest(request))


def test_a_key_means_one_request(database: Database) -> None:
    other = Database(database.url)
    chosen = settings(max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Askers((database, other)), settings=chosen)
    other.close()
