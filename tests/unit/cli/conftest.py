"""A node that plays scripted answers on loopback, and the command line run against it in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ledger_node.cli.app import app
from ledger_node.client.retries import Retries

Run = Callable[..., Result]


def word(digit: str) -> str:
    return "0x" + digit * 64


def submission(state: str = "final", outcome: object = None, **changes: object) -> dict[str, object]:
    return {
        "id": "5f0c1a52-0001-4000-8000-000000000000",
        "kind": "consent.issue",
        "subject": word("5"),
        "state": state,
        "idempotencyKey": "k",
        "transaction": word("7"),
        "nonce": 1,
        "signer": "0x" + "00" * 20,
        "createdAt": "2026-11-22T01:02:03Z",
        "block": 12,
        "receiptStatus": 1,
        "outcome": {"events": ["ConsentIssued"], "consent": word("c")} if outcome is None else outcome,
        **changes,
    }


def problem(code: str, **facts: object) -> dict[str, object]:
    said = {"title": "t", "detail": "the node says why", "got": "this", "needed": "that", "retry": "never"}
    return {"type": f"urn:medledger:error:{code}", "code": code, **said, **facts}


def listing(*items: object) -> dict[str, object]:
    return {"asOfBlock": 12, "indexLag": 0, "items": list(items), "next": None}


def organisation(number: int, name: str) -> dict[str, object]:
    return {
        "number": number,
        "name": name,
        "admin": "0x" + "00" * 20,
        "capabilities": ["CUSTODIAN", "PUBLISHER"],
        "forProfit": False,
        "status": "ACTIVE",
        "emergencyUntil": None,
        "emergencies": [],
        "block": 3,
    }


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Node:
    """`answers` maps (method, path without query) to (status, JSON or bytes); a list is played in its order."""

    url: str = ""
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, method: str, path: str, status: int, body: object) -> None:
        self.answers[method, path] = (status, body)

    def writes(self) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST"]

    def play(self, method: str, path: str) -> tuple[int, object]:
        found = self.answers.get((method, path.partition("?")[0]), (404, problem("ML-0301", status=404)))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found = found(self.asked[-1])
        return found  # type: ignore[no-any-return]


@pytest.fixture
def node() -> Iterator[Node]:
    scripted = Node()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            scripted.asked.append(Asked(self.command, self.path, headers, json.loads(content or b"null")))
            status, body = scripted.play(self.command, self.path)
            answer = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    scripted.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def run(node: Node, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("consent", "revoke", …)` against the scripted node, without pauses between repeats."""
    monkeypatch.setattr("ledger_node.client.client.Retries", lambda: Retries(sleep=lambda seconds: None))

    def call(*words: str, url: str | None = None, stdin: bytes | None = None, **environment: str) -> Result:
        given = {"MEDLEDGER_NODE": url or node.url, "MEDLEDGER_KEY": "the-key", "COLUMNS": "80", **environment}
        return CliRunner(env=given).invoke(app, list(words), input=stdin)

    return call
