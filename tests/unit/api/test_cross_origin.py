"""Pages of other origins: none may call the API unless the node names theirs."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from registry_api.app import create_app

from .fakes import KEYS
from .story import world

OURS, THEIRS = "https://portal.hospital.example", "https://portal.hospital.example.evil.example"
KEY = {"Authorization": f"Bearer {KEYS['auditor']}"}
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture(scope="module")
def opened() -> FastAPI:
    return create_app(world().node, origins=[OURS])


def allowed(app: FastAPI, origin: str) -> list[str | None]:
    """What a preflight and a call say of who may see the answer."""
    with TestClient(app) as client:
        answers = [
            client.options("/v1/models", headers={"Origin": origin, **PREFLIGHT}),
            client.get("/v1/models", headers={"Origin": origin, **KEY}),
        ]
    assert not any("access-control-allow-credentials" in answer.headers for answer in answers)
    return [answer.headers.get("access-control-allow-origin") for answer in answers]


def test_named_origin_is_let_in_and_only_it(opened: FastAPI) -> None:
    assert allowed(opened, OURS) == [OURS, OURS]
    for origin in (THEIRS, "http://portal.hospital.example", f"{OURS}:8443", "null"):
        assert allowed(opened, origin) == [None, None]


def test_no_origin_is_let_in_by_default(application: FastAPI) -> None:
    application.state.node = world().node
    assert allowed(application, OURS) == [None, None]


def test_secure_headers_stay(opened: FastAPI) -> None:
    with TestClient(opened) as client:
        answer = client.get("/v1/models", headers={"Origin": OURS, **KEY})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
