"""Who may do what: every write against every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.ports import ApiKey
from registry_api import auth, openapi
from registry_api.auth import Role

from .fakes import KEYS, NOW, World
from .story import world

Client = Callable[..., TestClient]
SOME_ID = "0x" + "ab" * 32
SOME_KEY = "0x" + "ab" * 20

#: Each write as `docs/api.md` gives it: method and path of the operation, and who may.
WRITES = {
    "register_dataset": "/v1/datasets",
    "publish_dataset_version": f"/v1/datasets/{SOME_ID}/versions",
    "publish_dataset_versions": "/v1/dataset-versions",
    "publish_derived_version": f"/v1/datasets/{SOME_ID}/derived-versions",
    "record_erasure": f"/v1/datasets/{SOME_ID}/erasures",
    "make_request": "/v1/requests",
    "decline_request": f"/v1/requests/{SOME_ID}/decline",
    "issue_consent": "/v1/consents",
    "suspend_consent": f"/v1/consents/{SOME_ID}/suspend",
    "suspend_consents": "/v1/consents/suspend",
    "reinstate_consent": f"/v1/consents/{SOME_ID}/reinstate",
    "revoke_consent": f"/v1/consents/{SOME_ID}/revoke",
    "answer_round": f"/v1/runs/{SOME_ID}/rounds/1/answers",
    "answer_rounds": "/v1/answers",
    "register_stream": "/v1/streams",
    "anchor_stream": f"/v1/streams/{SOME_ID}/anchors",
    "anchor_streams": "/v1/anchors",
    "register_model": "/v1/models",
    "publish_model_version": f"/v1/models/{SOME_ID}/versions",
    "import_model_version": f"/v1/models/{SOME_ID}/imports",
    "release_version": f"/v1/versions/{SOME_ID}/release",
    "deprecate_version": f"/v1/versions/{SOME_ID}/deprecate",
    "withdraw_version": f"/v1/versions/{SOME_ID}/withdraw",
    "open_run": "/v1/runs",
    "open_round": f"/v1/runs/{SOME_ID}/rounds",
    "open_rounds": "/v1/rounds",
    "close_round": f"/v1/runs/{SOME_ID}/rounds/1/close",
    "close_run": f"/v1/runs/{SOME_ID}/close",
    "issue_recall": "/v1/recalls",
    "acknowledge_recall": f"/v1/recalls/{SOME_ID}/acknowledge",
    "lift_recall": f"/v1/recalls/{SOME_ID}/lift",
    "put_blob": "/v1/blobs",
    "suspend_in_emergency": "/v1/organisations/1/suspend-in-emergency",
    "report_compromise": f"/v1/keys/{SOME_KEY}/report-compromise",
    "confirm_compromise": f"/v1/keys/{SOME_KEY}/confirm-compromise",
    "open_proposal": "/v1/proposals",
    "vote": "/v1/proposals/1/votes",
    "execute_proposal": "/v1/proposals/1/execution",
    "cancel_submission": "/v1/submissions/one/cancel",
    "resend_submission": "/v1/submissions/one/resend",
    "pause_node": "/v1/node/pause",
    "resume_node": "/v1/node/resume",
    "rebuild_index": "/v1/index/rebuild",
    "run_fsck": "/v1/node/fsck",
    "collect_documents": "/v1/node/gc",
}
STEWARD = {
    "register_dataset",
    "publish_dataset_version",
    "publish_dataset_versions",
    "publish_derived_version",
    "record_erasure",
    "make_request",
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
}
PUBLISHER = {
    "make_request",
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
}
AUDITOR = {
    "suspend_consent",
    "suspend_consents",
    "issue_recall",
    "acknowledge_recall",
    "lift_recall",
    "suspend_in_emergency",
    "confirm_compromise",
}
MATRIX = {"steward": STEWARD, "publisher": PUBLISHER, "auditor": AUDITOR, "operator": set(WRITES)}


@pytest.fixture(scope="module")
def client(application: FastAPI) -> Iterator[TestClient]:
    application.state.node = world().node
    with TestClient(application) as opened:
        yield opened


@pytest.mark.parametrize("role", [*MATRIX, None])
@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_for_its_roles_only(client: TestClient, operation: str, role: str | None) -> None:
    headers = {"Authorization": f"Bearer {KEYS[role]}"} if role else {}
    answer = client.post(WRITES[operation], content=b"?", headers=headers)  # the body is looked at after the key
    if role is None:
        assert (answer.status_code, answer.json()["code"]) == (401, "ML-0201")
    elif operation in MATRIX[role]:
        assert answer.status_code == 400
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "ML-0202")


def test_the_matrix_knows_every_write() -> None:
    assert set(WRITES) == set(auth.MAY)


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


@pytest.mark.parametrize("role", [*MATRIX, None])
def test_reads_are_for_every_role(client: TestClient, role: str | None) -> None:
    headers = {"Authorization": f"Bearer {KEYS[role]}"} if role else {}
    for path, methods in openapi.document()["paths"].items():
        if "get" in methods and path.startswith("/v1/") and "{" not in path:
            assert client.get(path, headers=headers).status_code == (200 if role else 401), path


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
