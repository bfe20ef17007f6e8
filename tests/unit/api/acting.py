"""Writing to a node in memory, and what it made of it."""

from __future__ import annotations

from itertools import count
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.domain.command import Command

from .fakes import KEYS, World

_keys = count(1)


class Desk:
    """A node of one organisation, and what is asked of it in a role."""

    def __init__(self, application: FastAPI, of: World, role: str = "operator") -> None:
        application.state.node = of.node
        self.of = of
        self.client = TestClient(application, headers={"Authorization": f"Bearer {KEYS[role]}"})

    def write(self, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key or f"key-{next(_keys)}"}
        return self.client.post(path, json={} if body is None else body, headers=headers)

    def done(self, path: str, body: Any = None) -> Command:
        """The command that an accepted write became."""
        answer = self.write(path, body)
        assert answer.status_code == 202, answer.text
        return self.of.outbox.commands[answer.json()["id"]]

    def refused(self, path: str, body: Any = None) -> dict[str, Any]:
        """The problem that a refused write met. Nothing was accepted."""
        before = len(self.of.outbox.rows)
        answer = self.write(path, body)
        assert answer.status_code >= 400, answer.text
        assert len(self.of.outbox.rows) == before
        problem: dict[str, Any] = answer.json()
        assert problem["needed"]
        return problem

    def read(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()
