"""Each call as it is on the wire, against a real HTTP server on loopback."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import run

import pytest

from ledger_node.client import Client, Input
from ledger_node.client.consents import Terms
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import Document
from ledger_node.client.retries import Retries
from ledger_node.domain.codes import (
    Capability,
    Operation,
    Outcome,
    PrivacyClaim,
    Purpose,
    SizeClass,
    StateReason,
    Supersession,
)
from ledger_node.errors import (
    BlobCorrupt,
    InvalidDigest,
    InvalidField,
    InvalidId,
    InvalidPurpose,
    MedLedgerError,
    NodeUnreachable,
)

ID, OTHER, DIGEST = "0x" + "aa" * 32, "0x" + "bb" * 32, "0x" + "cc" * 32
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUBMISSION: dict[str, object] = {
    "id": "s",
    "kind": "k",
    "subject": None,
    "state": "final",
    "idempotencyKey": "k",
    "transaction": DIGEST,
    "nonce": 1,
    "signer": "0x" + "00" * 20,
    "createdAt": "2026-11-22T01:02:03Z",
    "block": 1,
    "receiptStatus": 1,
    "outcome": {},
}


class Server:
    """Answers every request from `answers` by (method, path); remembers all. `cuts` connections are dropped."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], bytes] = {}
        self.seen: list[tuple[str, str, dict[str, str], object]] = []
        self.cuts = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.seen.append(
                    (
                        self.command,
                        self.path,
                        {k.lower(): v for k, v in self.headers.items()},
                        json.loads(content or b"null"),
                    )
                )
                if outer.cuts:
                    outer.cuts -= 1
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                answer = outer.answers.get((self.command, self.path), json.dumps(SUBMISSION).encode())
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *parts: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def node(server: Server) -> Iterator[Client]:
    with Client(server.url, "the-key", retries=Retries(sleep=lambda seconds: None)) as client:
        yield client


VERSION = NewVersion(
    root=OTHER,
    card_digest=DIGEST,
    attestation_digest=ID,
    size_class=SizeClass.FROM_100,
    supersession=Supersession.FIRST,
    options=(113100, 113101),
    claim=PrivacyClaim.SYNTHETIC,
    opt_out_checked_at=NOON,
)
TERMS = Terms(
    dataset=ID,
    grantee=2,
    purposes=Purpose.HRESCH | Purpose.MLTRAINING,
    operations=Operation.TRAIN,
    not_before=NOON.astimezone(timezone(timedelta(hours=2))),
    expires_at=NOON,
    policy_digest=DIGEST,
)
TERMS_BODY = {
    "dataset": ID,
    "grantee": 2,
    "versionFrom": 1,
    "versionTo": None,
    "basis": "CONSENT",
    "purposes": ["HRESCH", "MLTRAINING"],
    "operations": ["TRAIN"],
    "notBefore": "2026-11-22T12:00:00Z",
    "expiresAt": "2026-11-22T12:00:00Z",
    "maxRounds": 0,
    "projectRef": None,
    "policyDigest": DIGEST,
}
OPENING = {
    "model": ID,
    "operation": "FINE_TUNE",
    "purposes": ["HRESCH"],
    "projectRef": None,
    "card": {"title": "x"},
    "inputs": [{"dataset": ID, "version": 1, "consent": OTHER}],
}
Call = Callable[[Client], object]
WRITES: list[tuple[Call, str, object]] = [
    (lambda n: n.datasets.register(Document({"a": 1})), "/v1/datasets", {"card": {"a": 1}}),
    (
        lambda n: n.datasets.publish(ID, VERSION),
        f"/v1/datasets/{ID}/versions",
        {
            "root": OTHER,
            "cardDigest": DIGEST,
            "attestationDigest": ID,
            "options": [113100, 113101],
            "sizeClass": "FROM_100",
            "claim": "SYNTHETIC",
            "supersession": "FIRST",
            "optOutCheckedAt": "2026-11-22T12:00:00Z",
        },
    ),
    (lambda n: n.consents.issue(TERMS), "/v1/consents", TERMS_BODY),
    (
        lambda n: n.consents.suspend(ID, StateReason.BREACH, until=NOON),
        f"/v1/consents/{ID}/suspend",
        {"reason": "BREACH", "until": "2026-11-22T12:00:00Z"},
    ),
    (lambda n: n.consents.reinstate(ID, StateReason.ERROR), f"/v1/consents/{ID}/reinstate", {"reason": "ERROR"}),
    (lambda n: n.consents.revoke(ID, StateReason.ERROR), f"/v1/consents/{ID}/revoke", {"reason": "ERROR"}),
    (lambda n: n.models.register(Document(digest=DIGEST)), "/v1/models", {"cardDigest": DIGEST}),
    (
        lambda n: n.models.publish(
            ID, run=OTHER, artifact_digest=DIGEST, card=Document(digest=DIGEST), parents=[ID], contract_check_only=True
        ),
        f"/v1/models/{ID}/versions?check=contract",
        {"run": OTHER, "artifactDigest": DIGEST, "cardDigest": DIGEST, "parents": [ID]},
    ),
    (
        lambda n: n.runs.open(
            ID,
            operation=Operation.FINE_TUNE,
            purposes=Purpose.HRESCH,
            card=Document({"title": "x"}),
            inputs_used=[Input(ID, 1, OTHER)],
        ),
        "/v1/runs",
        OPENING,
    ),
    (lambda n: n.runs.open_round(ID, contract_check_only=True), f"/v1/runs/{ID}/rounds?check=contract", {}),
    (lambda n: n.runs.contribute(ID, 3, DIGEST), f"/v1/runs/{ID}/rounds/3/contributions", {"updateDigest": DIGEST}),
    (lambda n: n.runs.close_round(ID, 3, DIGEST), f"/v1/runs/{ID}/rounds/3/close", {"aggregateDigest": DIGEST}),
    (
        lambda n: n.runs.close(ID, Outcome.ABANDONED),
        f"/v1/runs/{ID}/close",
        {"outcome": "ABANDONED", "resultDigest": None},
    ),
    (lambda n: n.streams.open(), "/v1/streams", {}),
    (lambda n: n.streams.anchor(ID, 128, DIGEST), f"/v1/streams/{ID}/anchors", {"size": 128, "root": DIGEST}),
    (
        lambda n: n.proposals.admit("Clinic", "0x" + "11" * 20, Capability.CUSTODIAN, for_profit=False),
        "/v1/proposals",
        {
            "kind": "ADMIT",
            "admission": {
                "name": "Clinic",
                "admin": "0x" + "11" * 20,
                "capabilities": ["CUSTODIAN"],
                "forProfit": False,
            },
        },
    ),
    (lambda n: n.proposals.suspend(3), "/v1/proposals", {"kind": "SUSPEND", "organisation": 3}),
    (lambda n: n.proposals.reinstate(3), "/v1/proposals", {"kind": "REINSTATE", "organisation": 3}),
    (lambda n: n.proposals.vote(4, in_favour=True), "/v1/proposals/4/votes", {"inFavour": True}),
    (lambda n: n.proposals.execute(4), "/v1/proposals/4/execution", {}),
]


@pytest.mark.parametrize(("call", "path", "body"), WRITES, ids=[path for _, path, _ in WRITES])
def test_write_on_the_wire(server: Server, node: Client, call: Call, path: str, body: object) -> None:
    assert call(node) == SUBMISSION
    ((method, asked, headers, given),) = server.seen
    assert (method, asked, given) == ("POST", path, body)
    assert headers["authorization"] == "Bearer the-key"
    assert headers["content-type"] == "application/json"
    assert len(headers["idempotency-key"]) == 32
    assert headers["prefer"] == "wait=30"


def test_write_survives_cut_connections(server: Server, node: Client) -> None:
    server.cuts = 2
    assert node.streams.open()["state"] == "final"
    assert len({headers["idempotency-key"] for _, _, headers, _ in server.seen}) == 1
    assert len(server.seen) == 3


def test_reading_walks_pages_as_of_the_first(server: Server, node: Client) -> None:
    def organisation(number: int) -> dict[str, object]:
        name = f"Organisation {number}"
        return {
            "number": number,
            "name": name,
            "admin": "",
            "capabilities": [],
            "forProfit": False,
            "status": "ACTIVE",
            "block": 3,
            "added": "by a newer node",
        }

    first = {"asOfBlock": 9, "indexLag": 0, "items": [organisation(1)], "next": "c1"}
    second = {"asOfBlock": 9, "indexLag": 0, "items": [organisation(2)], "next": None}
    server.answers["GET", "/v1/organisations?limit=200"] = json.dumps(first).encode()
    server.answers["GET", "/v1/organisations?limit=200&asOf=9&cursor=c1"] = json.dumps(second).encode()
    assert [found["number"] for found in node.organisations.all()] == [1, 2]


def test_check_asks_without_a_key(server: Server, node: Client) -> None:
    answer = {"asOfBlock": 1, "indexLag": 0, "reason": "REVOKED", "permitted": False}
    server.answers["POST", f"/v1/consents/{ID}/check"] = json.dumps(answer).encode()
    found = node.consents.check(ID, dataset=OTHER, version=1, operation=Operation.TRAIN, purposes=Purpose.HRESCH)
    assert not found["permitted"]
    ((_, _, headers, _),) = server.seen
    assert "idempotency-key" not in headers


def test_bytes_come_as_they_are(server: Server, node: Client) -> None:
    server.answers["GET", f"/v1/versions/{ID}/evidence?asOf=5"] = b'{"b": 1,  "a":2}'
    server.answers["GET", "/v1/node/trust"] = b"{}"
    assert node.versions.evidence(ID, as_of=5) == b'{"b": 1,  "a":2}'
    assert node.node.trust() == b"{}"


def test_blobs_are_verified_both_ways(server: Server, node: Client) -> None:
    content = b'{"a":1}'
    digest = "0x" + hashlib.sha256(content).hexdigest()
    server.answers["GET", f"/v1/blobs/{digest}"] = content
    server.answers["GET", f"/v1/blobs/{DIGEST}"] = content
    server.answers["POST", "/v1/blobs"] = json.dumps({"digest": digest, "cid": "b", "size": 7}).encode()
    assert node.blobs.get(digest) == content
    assert node.blobs.put(content)["digest"] == digest
    with pytest.raises(BlobCorrupt):
        node.blobs.get(DIGEST)
    with pytest.raises(BlobCorrupt):
        node.blobs.put(b'{"a":2}')


BAD: list[tuple[Call, type[MedLedgerError]]] = [
    (lambda n: n.consents.get("0x12"), InvalidId),
    (lambda n: n.consents.get("../../v1/node" + "a" * 53), InvalidId),
    (lambda n: n.consents.get(ID.upper()), InvalidId),
    (lambda n: n.submissions.get(".."), InvalidId),
    (lambda n: n.runs.contribute(ID, 1, "0x" + "aa" * 31), InvalidDigest),
    (lambda n: n.datasets.register(Document()), InvalidField),
    (lambda n: n.consents.suspend(ID, StateReason.BREACH, until=NOON.replace(tzinfo=None)), InvalidField),
    (
        lambda n: n.consents.check(
            ID, dataset=ID, version=1, operation=Operation.TRAIN | Operation.TEST, purposes=Purpose.HRESCH
        ),
        InvalidPurpose,
    ),
]


@pytest.mark.parametrize(("call", "error"), BAD)
def test_bad_input_is_refused_before_it_is_sent(
    server: Server, node: Client, call: Call, error: type[MedLedgerError]
) -> None:
    with pytest.raises(error):
        call(node)
    assert not server.seen


def test_a_dead_node_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Client(url, retries=Retries(sleep=lambda seconds: None)) as node, pytest.raises(NodeUnreachable):
            node.node.get()


def test_client_imports_neither_web3_nor_a_database() -> None:
    check = (
        "import sys, ledger_node.client; "
        "bad = [m for m in ('web3', 'eth_account', 'sqlalchemy', 'fastapi', 'pydantic', 'ledger_node.services', "
        "'ledger_node.proof', 'ledger_node.chain') if m in sys.modules]; sys.exit(str(bad) if bad else 0)"
    )
    assert run([sys.executable, "-c", check], check=False).returncode == 0
