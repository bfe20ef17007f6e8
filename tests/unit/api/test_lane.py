"""Reads of one store, one after the other; what may wait for the chain never stands in their way."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from registry_api.app import NOUNS, create_app
from registry_api.guard import MAY_WAIT

from .fakes import KEYS, World
from .story import HEAD, world


class Held:
    """Moments of an index that end when they are let, and how many there were at once."""

    def __init__(self) -> None:
        self.let, self.most, self._open, self._lock = threading.Event(), 0, 0, threading.Lock()

    @contextmanager
    def moment(self) -> Iterator[None]:
        with self._lock:
            self._open += 1
            self.most = max(self.most, self._open)
        self.let.wait(30)
        yield
        with self._lock:
            self._open -= 1


def _asked(of: World, *paths: str, held: Held, at_once: int) -> list[int]:
    """The statuses of all paths, asked in one loop; moments end when so many are open, and a little later."""
    return _done([lambda client, path=path: client.get(path) for path in paths], of, "auditor", held, at_once)


def _done(acts: list[Callable[[TestClient], Any]], of: World, role: str, held: Held, at_once: int) -> list[int]:
    key = {"Authorization": f"Bearer {KEYS[role]}"}
    with TestClient(create_app(of.node), headers=key) as client, ThreadPoolExecutor(len(acts)) as askers:
        asked = [askers.submit(act, client) for act in acts]
        end = time.monotonic() + 20
        while held.most < at_once and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.2)  # for those that must not
        held.let.set()
        return [one.result().status_code for one in asked]


@pytest.mark.parametrize(("in_turn", "most"), [(True, 1), (False, 3)])
def test_reads_go_one_after_the_other_where_the_store_says_so(in_turn: bool, most: int) -> None:
    of, held = world(), Held()
    of.index.reads_in_turn, of.index.moment = in_turn, held.moment
    assert _asked(of, *["/v1/organisations"] * 3, held=held, at_once=most) == [200, 200, 200]
    assert held.most == most


def test_a_read_that_may_ask_the_chain_stands_in_nobodys_way() -> None:
    of, held = world(), Held()
    of.index.reads_in_turn, of.index.moment = True, held.moment
    earlier = f"/v1/organisations?asOf={HEAD}"
    assert _asked(of, earlier, earlier, "/v1/organisations", held=held, at_once=3) == [200, 200, 200]
    assert held.most == 3


def register(client: TestClient) -> Any:
    return client.post("/v1/datasets", json={"card": {}}, headers={"Idempotency-Key": str(uuid.uuid4())})


@pytest.mark.parametrize(("in_turn", "most"), [(True, 1), (False, 3)])
def test_writes_go_one_after_the_other_where_the_store_says_so(in_turn: bool, most: int) -> None:
    of, held = world(), Held()
    of.index.reads_in_turn, of.index.moment = in_turn, held.moment

    assert _done([register] * 3, of, "steward", held, most) == [202, 202, 202]
    assert held.most == most


def test_a_read_waits_for_no_write() -> None:
    of, held = world(), Held()
    of.index.reads_in_turn, of.index.moment = True, held.moment

    acts = [register, register, lambda client: client.get("/v1/organisations")]
    assert sorted(_done(acts, of, "steward", held, 2)) == [200, 202, 202]
    assert held.most == 2


def test_what_may_wait_for_another_is_a_write_by_its_name() -> None:
    assert {route.name for noun in NOUNS for route in noun.routes.routes if isinstance(route, APIRoute)} >= MAY_WAIT
