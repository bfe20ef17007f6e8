"""A client for each role, on a node in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from registry_api.app import create_app

from .acting import Desk
from .fakes import KEYS, World
from .story import world


@pytest.fixture
def hospital() -> World:
    return world()


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """Made once: it takes longer than any test, and touches its node only when asked."""
    return create_app(world().node)


@pytest.fixture
def client_of(application: FastAPI) -> Iterator[Callable[..., TestClient]]:
    """`client_of(world, "steward")`; without a role the client has no key. One world at a time."""
    opened = []

    def client(of: World, role: str | None = None) -> TestClient:
        headers = {"Authorization": f"Bearer {KEYS[role]}"} if role else {}
        application.state.node = of.node
        opened.append(TestClient(application, headers=headers))
        return opened[-1]

    yield client
    for one in opened:
        one.close()


@pytest.fixture
def desk_of(application: FastAPI) -> Iterator[Callable[..., Desk]]:
    """`desk_of(world)`: writes to and reads from its node as an operator. One world at a time."""
    opened = []

    def desk(of: World, role: str = "operator") -> Desk:
        opened.append(Desk(application, of, role))
        return opened[-1]

    yield desk
    for one in opened:
        one.client.close()
