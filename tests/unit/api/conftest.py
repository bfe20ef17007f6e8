"""A client for each role, on a node in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from registry_api.app import create_app

from .fakes import KEYS, World
from .story import world


@pytest.fixture
def hospital() -> World:
    return world()


@pytest.fixture
def client_of() -> Iterator[Callable[..., TestClient]]:
    """`client_of(world, "steward")`; without a role the client has no key."""
    opened = []

    def client(of: World, role: str | None = None) -> TestClient:
        headers = {"Authorization": f"Bearer {KEYS[role]}"} if role else {}
        opened.append(TestClient(create_app(of.node), headers=headers))
        return opened[-1]

    yield client
    for one in opened:
        one.close()
