"""Who may do what: every call with every role, by the table of `docs/api.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from ledger_node.ports import ApiKey
from registry_api import auth, openapi
from registry_api.auth import Role

from .fakes import KEYS, NOW, World
from .story import world

Client = Callable[..., TestClient]
SOME_ID = "0x" + "ab" * 32

#: The writes of each role, as they were decided; an operator may do all.
STEWARD = {
    "register_dataset",
    "publish_dataset_version",
    "publish_dataset_versions",
    "publish_derived_version",
    "record_erasure",
    "make_request",
    "send_message",
    "decline_request",
    "issue_consent",
    "suspend_consent",
    "suspend_consents",
    "reinstate_consent",
    "revoke_consent",
    "answer_round",
    "answer_rounds",
    "register_stream",
    "anchor_stream",
    "anchor_streams",
    "acknowledge_recall",
    "put_blob",
    "bring_checkpoint",
}
PUBLISHER = {
    "make_request",
    "send_message",
    "register_model",
    "publish_model_version",
    "import_model_version",
    "release_version",
    "deprecate_version",
    "withdraw_version",
    "open_run",
    "open_round",
    "open_rounds",
    "close_round",
    "close_run",
    "issue_recall",
    "acknowledge_recall",
    "lift_recall",
    "put_blob",
    "bring_checkpoint",
}
AUDITOR = {
    "list_reads",
    "suspend_consent",
    "suspend_consents",
    "issue_recall",
    "acknowledge_recall",
    "lift_recall",
    "suspend_in_emergency",
    "confirm_compromise",
    "bring_checkpoint",
}
DECIDED = {"steward": STEWARD, "publisher": PUBLISHER, "auditor": AUDITOR, "operator": set(auth.MAY)}
PAGE = Path(__file__).parents[3] / "docs" / "api.md"
ROW = re.compile(r"^\| `([A-Z]+) (/v1/\S*)` \| .* \| ([a-z, ]+) \|$", re.MULTILINE)
#: Of each call under /v1, as its page says: the roles that may make it.
TABLE = {
    (method, path): set(Role) if roles == "any" else set(roles.split(", "))
    for method, path, roles in ROW.findall(PAGE.read_text())
}
OPERATIONS = {
    (method.upper(), path): operation
    for path, operations in openapi.document()["paths"].items()
    for method, operation in operations.items()
    if path.startswith("/v1/")
}


@dataclass
class Asked:
    """How a call was answered: its status, its problem's code, and whether anybody looked at its body."""

    status: int = 0
    code: str | None = None
    read: bool = False


def ask(application: FastAPI, method: str, path: str, role: str | None) -> Asked:
    """One call with a body that is none, until its answer is known: a stream is not listened to."""
    answer = Asked()

    async def receive() -> Message:
        answer.read = True
        return {"type": "http.request", "body": b"?", "more_body": False}

    async def call() -> None:
        with anyio.CancelScope() as enough:

            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answer.status = message["status"]
                elif answer.status >= 400:
                    answer.code = json.loads(message["body"])["code"]
                if answer.status < 400 or answer.code:
                    enough.cancel()

            headers = [(b"authorization", f"Bearer {KEYS[role]}".encode())] if role else []
            scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
            await application(scope, receive, send)

    anyio.run(call)
    return answer


def path_of(path: str, operation: dict[str, Any]) -> str:
    """With a value of its kind for each parameter."""
    for parameter in operation.get("parameters", ()):
        example = parameter["schema"].get("examples", ["one" if parameter["name"] == "submission" else SOME_ID])[0]
        path = path.replace(f"{{{parameter['name']}}}", str(example))
    return path


@pytest.fixture(scope="module")
def client(application: FastAPI) -> Iterator[TestClient]:
    application.state.node = world().node
    with TestClient(application) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(application: FastAPI) -> FastAPI:
    application.state.node = world().node
    return application


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=map(" ".join, OPERATIONS))
def test_a_call_is_for_the_roles_of_the_table(served: FastAPI, method: str, path: str, role: str | None) -> None:
    answer = ask(served, method, path_of(path, OPERATIONS[method, path]), role)
    if role is None:
        assert (answer.status, answer.code, answer.read) == (401, "ML-0201", False)
    elif role in TABLE[method, path]:
        assert answer.status not in (0, 401, 403, 500)
    else:
        assert (answer.status, answer.code, answer.read) == (403, "ML-0202", False)


def test_the_table_is_what_was_decided() -> None:
    assert set(TABLE) == set(OPERATIONS)
    for call, operation in OPERATIONS.items():
        name = operation["operationId"]
        decided = {role for role, writes in DECIDED.items() if name in writes} if name in auth.MAY else set(Role)
        assert TABLE[call] == decided, name


#: What each reach opens of an operator's: a list of models, a list of consents, a model's registration.
REACHES = {
    "": (True, True, True),
    "read": (True, True, False),
    "models": (True, False, True),
    "models:read": (True, False, False),
    "models:read consents": (True, True, False),
    "node": (False, False, False),
}


@pytest.mark.parametrize("reach", REACHES)
def test_a_reach_holds_some_of_what_the_role_may(client_of: Client, hospital: World, reach: str) -> None:
    hospital.keys.known["limited"] = ApiKey("a" * 64, "operator", "limited", tuple(reach.split()))
    client = client_of(hospital)
    client.headers["Authorization"] = "Bearer limited"
    answers = [client.get("/v1/models"), client.get("/v1/consents"), client.post("/v1/models", content=b"?")]
    assert tuple(answer.status_code != 403 for answer in answers) == REACHES[reach]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 403} <= {"ML-0203"}


def test_a_check_of_a_consent_is_a_read(client_of: Client, hospital: World) -> None:
    hospital.keys.known["limited"] = ApiKey("a" * 64, "auditor", "limited", ("consents:read",))
    answer = client_of(hospital).post(
        f"/v1/consents/{SOME_ID}/check", content=b"?", headers={"Authorization": "Bearer limited"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("ended", [{"revoked_at": NOW}, {"expires_at": NOW}])
def test_a_key_that_has_ended_opens_nothing(client_of: Client, hospital: World, ended: dict[str, int]) -> None:
    hospital.keys.known["gone"] = ApiKey("a" * 64, "operator", "gone", **ended)  # type: ignore[arg-type]
    answer = client_of(hospital).get("/v1/models", headers={"Authorization": "Bearer gone"})
    assert (answer.status_code, answer.json()["code"]) == (401, "ML-0201")
    assert hospital.keys.used == []


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic a2V5", "Bearer nobody", "bearer key-of-the-steward x", "Bearer schlüssel"],
)
def test_what_is_no_key_opens_nothing(client: TestClient, header: str) -> None:
    answer = client.get("/v1/node", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert "key-of" not in answer.text


def test_the_scheme_is_read_in_any_case(client: TestClient) -> None:
    assert client.get("/v1/node", headers={"Authorization": f"bearer {KEYS['auditor']}"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/explorer.css"])
def test_some_paths_need_no_key(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_suspension_with_an_end_is_an_auditors() -> None:
    assert auth.SUSPENDING[True] == {Role.AUDITOR, Role.OPERATOR}
    assert auth.SUSPENDING[False] == {Role.STEWARD, Role.OPERATOR}


@pytest.mark.parametrize(("role", "until"), [("auditor", None), ("steward", "2026-11-19T00:00:00Z")])
def test_a_suspension_of_the_other_kind_is_refused(client: TestClient, role: str, until: str | None) -> None:
    headers = {"Authorization": f"Bearer {KEYS[role]}", "Idempotency-Key": "k"}
    body = {"reason": "ERROR", "until": until}
    one = client.post(f"/v1/consents/{SOME_ID}/suspend", json=body, headers=headers)
    many = client.post("/v1/consents/suspend", json=body | {"consents": [SOME_ID]}, headers=headers)
    for answer in (one, many):
        assert (answer.status_code, answer.json()["code"]) == (403, "ML-0202")
