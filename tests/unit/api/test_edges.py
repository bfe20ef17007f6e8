"""What stands around every request: sizes, times, headers, the log, and faults."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient

from registry_api.limits import LARGEST_BODY, BodyLimit

from .fakes import KEYS, World, digest
from .test_sign_in import OURS

Client = Callable[..., TestClient]


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 65_536):
        yield b"x" * 65_536


def test_a_body_that_declares_too_much_is_refused_unread(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital).post("/v1/datasets", content=b"x" * (LARGEST_BODY + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "ML-0109")  # before the key is asked for
    assert answer.headers["Connection"] == "close"


def test_a_body_that_grows_too_large_is_refused(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    answer = client.post("/v1/datasets", content=chunks(LARGEST_BODY + 1), headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (413, "ML-0109")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_of_the_largest_size_is_read(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    answer = client.post("/v1/datasets", content=b"x" * LARGEST_BODY, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def never() -> Any:
        await anyio.sleep(5)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/v1/blobs", "headers": []}
    anyio.run(BodyLimit(app, slowest=0.05), scope, never, send)
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/node", "/nothing", "/static/explorer.css"])
def test_every_answer_has_the_security_headers(hospital: World, client_of: Client, path: str) -> None:
    headers = client_of(hospital).get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == ("same-origin" if path == "/" else "no-referrer")
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/datasets", "GET, POST"),
        ("PUT", f"/v1/datasets/{digest('d')}", "GET"),
        ("GET", f"/v1/consents/{digest('c')}/revoke", "POST"),
        ("TRACE", f"/v1/runs/{digest('r')}/rounds", "GET, POST"),
        ("GET", "/v1/consents/suspend", "POST"),
        ("GET", "/v1/checkpoints/sign", "POST"),
        ("POST", "/v1/checkpoints/4711", "GET"),
        ("GET", "/v1/rounds", "POST"),
        ("POST", "/healthz", "GET"),
        ("POST", "/static/explorer.css", "GET, HEAD"),
    ],
)
def test_another_method_is_told_all_that_there_are(
    hospital: World, client_of: Client, method: str, path: str, allow: str
) -> None:
    answer = client_of(hospital, "operator").request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert answer.json()["type"] == "urn:medledger:error:ML-0100"


PAGES = {"Accept": "text/html,*/*;q=0.8"}


def test_who_reads_pages_is_refused_by_one(hospital: World, client_of: Client) -> None:
    client = client_of(hospital)
    other = client.put("/models", headers=PAGES)
    assert (other.status_code, other.headers["Allow"]) == (405, "GET")
    form = OURS | {"Content-Type": "application/x-www-form-urlencoded"}
    large = client.post("/sign-in", content=b"x" * (LARGEST_BODY + 1), headers=PAGES | form)
    assert (large.status_code, large.headers["Connection"]) == (413, "close")
    later = client.post("/sign-in", content=iter([b"x" * LARGEST_BODY, b"x"]), headers=PAGES | form)
    assert later.status_code == 413
    for answer, code in ((other, "ML-0100"), (large, "ML-0109"), (later, "ML-0109")):
        assert answer.headers["Content-Type"].startswith("text/html")
        assert f"<code>{code}</code>" in answer.text
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_an_api_s_refusal_is_no_page(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital).put("/v1/models", headers=PAGES)
    assert (answer.status_code, answer.json()["code"]) == (405, "ML-0100")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/datasets/", "/V1/datasets", "/docs", "/redoc", "/static/no.css"])
def test_an_unknown_path_is_a_problem(hospital: World, client_of: Client, path: str) -> None:
    answer = client_of(hospital, "operator").get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_the_log_has_the_route_and_nothing_of_the_caller(
    hospital: World, client_of: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client, canary = client_of(hospital, "steward"), "canary-4711"
    with caplog.at_level(logging.DEBUG, logger="registry_api"):
        client.get(f"/v1/datasets/{digest(canary)}?asOf=3", headers={"X-Name": canary})
        client.get(f"/{canary}")
        client.post("/v1/datasets", json={"card": {"name": canary}}, headers={"Idempotency-Key": canary})
        client.request(canary, "/v1/datasets")
    lines = [record.getMessage() for record in caplog.records if record.name == "registry_api.access"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "GET /v1/datasets/{dataset} 404",
        "GET - 404",
        "POST /v1/datasets 202",
        "other /v1/datasets 405",
    ]
    for record in caplog.records:
        assert canary not in str(vars(record))
        assert digest(canary) not in str(vars(record))
        assert KEYS["steward"] not in str(vars(record))
    assert caplog.records[-1].status == 405  # type: ignore[attr-defined]


def test_a_fault_says_nothing_to_the_caller_and_little_to_the_log(
    hospital: World, client_of: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(page: object) -> None:
        raise ZeroDivisionError("Erika Mustermann")

    hospital.index.datasets = broken  # type: ignore[method-assign,assignment]
    with caplog.at_level(logging.DEBUG):
        answer = client_of(hospital, "auditor").get("/v1/datasets")
    assert (answer.status_code, answer.json()["code"]) == (500, "ML-0000")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Erika" not in answer.text + caplog.text
    assert "ZeroDivisionError at broken" in caplog.text


def test_the_schema_is_open_to_all(hospital: World, client_of: Client) -> None:
    assert client_of(hospital).get("/openapi.json").json()["openapi"] == "3.1.0"
