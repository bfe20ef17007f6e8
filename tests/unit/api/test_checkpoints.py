"""Signed checkpoints over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger_node.proof import checkpoint
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.store.lease import open_alone
from tests.unit.checkpoints.vouching import HEAD, STRANGER, Node
from tests.unit.proof.signing import ONE, THREE, TWO, block

from .fakes import World

Client = Callable[..., TestClient]
PATH = "/v1/checkpoints"


@pytest.fixture
def vouching(hospital: World, tmp_path: Path) -> Iterator[Node]:
    """Its desk is that of the hospital's node."""
    database = open_alone(f"sqlite:///{tmp_path / 'node.db'}")
    made = Node(database)
    hospital.node = replace(hospital.node, checkpoints=made.desk)
    yield made
    database.close()


@pytest.fixture
def operator(vouching: Node, hospital: World, client_of: Client) -> TestClient:
    del vouching
    return client_of(hospital, "operator")


def document(of: SignedCheckpoint) -> Any:
    return checkpoint.to_json(of)


def test_checkpoint_is_signed_shown_and_listed(vouching: Node, operator: TestClient) -> None:
    signed = operator.post(f"{PATH}/sign", json={"number": 20})
    assert signed.status_code == 200, signed.text
    assert signed.json() == operator.get(f"{PATH}/20").json()
    assert signed.json()["checkpoints"] == [document(vouching.signed(20, ONE))]
    assert operator.post(f"{PATH}/sign").json()["number"] == HEAD - 1
    assert operator.get(f"{PATH}/21").status_code == 404


def test_pages_go_from_the_greatest_height_down(operator: TestClient) -> None:
    for number in (20, 40, 30):
        operator.post(f"{PATH}/sign", json={"number": number})
    first = operator.get(PATH, params={"limit": 2}).json()
    second = operator.get(PATH, params={"limit": 2, "cursor": first["next"]}).json()
    assert [[one["number"] for one in page["items"]] for page in (first, second)] == [[40, 30], [20]]
    assert second["next"] is None


def test_checkpoint_that_is_brought_is_countersigned(
    vouching: Node, hospital: World, operator: TestClient, client_of: Client
) -> None:
    del operator
    for role, who in (("auditor", TWO), ("steward", THREE)):
        answer = client_of(hospital, role).post(PATH, json=document(vouching.signed(20, who)))
        assert (answer.status_code, answer.json()["splitView"]) == (200, False)
    assert answer.json()["checkpoints"] == [document(vouching.signed(20, ONE, TWO, THREE))]


def test_another_block_is_refused_and_shown_as_evidence(vouching: Node, operator: TestClient) -> None:
    other = vouching.signed(20, TWO, elsewhere=True)
    answer = operator.post(PATH, json=document(other))
    assert (answer.status_code, answer.json()["code"]) == (409, "ML-0805")
    assert (answer.json()["number"], answer.json()["organisations"]) == (20, [2])
    assert answer.json()["theirs"] == "0x" + block("elsewhere").hex()
    shown = operator.get(f"{PATH}/20").json()
    assert shown["splitView"]
    assert len(shown["checkpoints"]) == 2
    assert document(other) in shown["checkpoints"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"format": "medledger-checkpoint/2"}, 400, "ML-0101"),
        ({"signatures": []}, 400, "ML-0101"),
        ({"number": -1}, 400, "ML-0101"),
        ({"surplus": 1}, 400, "ML-0101"),
        ({"number": 21}, 400, "ML-0804"),
        ({"hash": "0x" + "11" * 32}, 400, "ML-0804"),
    ],
    ids=str,
)
def test_what_is_no_checkpoint_is_refused(
    vouching: Node, operator: TestClient, change: dict[str, Any], status: int, code: str
) -> None:
    answer = operator.post(PATH, json=document(vouching.signed(20, TWO)) | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert operator.get(PATH).json()["items"] == []


def test_strangers_signature_counts_for_nothing(vouching: Node, operator: TestClient) -> None:
    answer = operator.post(PATH, json=document(vouching.signed(20, STRANGER)))
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")


def test_block_that_is_not_final_is_refused(vouching: Node, operator: TestClient) -> None:
    for answer in (
        operator.post(PATH, json=document(vouching.signed(HEAD, TWO))),
        operator.post(f"{PATH}/sign", json={"number": HEAD}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "ML-0404")


def test_signing_is_the_operators_and_needs_a_signer(
    vouching: Node, hospital: World, operator: TestClient, client_of: Client
) -> None:
    vouching.signer.away = True
    answer = operator.post(f"{PATH}/sign")
    assert (answer.status_code, answer.json()["code"]) == (503, "ML-0911")
    for role in ("steward", "publisher", "auditor"):
        assert client_of(hospital, role).post(f"{PATH}/sign").status_code == 403
        assert client_of(hospital, role).get(PATH).status_code == 200
    assert client_of(hospital).get(PATH).status_code == 401
