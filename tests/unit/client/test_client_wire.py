"""Each call as it is on the wire, against a real HTTP server on loopback."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import run

import pytest

from ledger_node.client import Client, Input, Parent, Scope
from ledger_node.client.consents import Terms
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import Document
from ledger_node.client.requests import Wanted
from ledger_node.client.retries import Retries
from ledger_node.client.rounds import NewAnswer, NewRound
from ledger_node.domain.codes import (
    Capability,
    DeclineReason,
    DeviceClass,
    EmergencyReason,
    Modifier,
    Operation,
    Outcome,
    Permission,
    PrivacyClaim,
    Purpose,
    Refusal,
    Region,
    Severity,
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
VERSION_BODY = {
    "number": None,
    "root": OTHER,
    "cardDigest": DIGEST,
    "attestationDigest": ID,
    "options": [113100, 113101],
    "sizeClass": "FROM_100",
    "claim": "SYNTHETIC",
    "supersession": "FIRST",
    "optOutCheckedAt": "2026-11-22T12:00:00Z",
}
TERMS = Terms(
    dataset=ID,
    grantee=2,
    permission=Permission.GRU,
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
    "permission": "GRU",
    "modifiers": [],
    "purposes": ["HRESCH", "MLTRAINING"],
    "operations": ["TRAIN"],
    "condition": None,
    "regions": [],
    "deidentification": {"required": [], "forbidden": []},
    "notBefore": "2026-11-22T12:00:00Z",
    "expiresAt": "2026-11-22T12:00:00Z",
    "maxRounds": 0,
    "epsilonBudget": 0,
    "projectRef": None,
    "policyDigest": DIGEST,
    "request": None,
    "supersedes": None,
}
FULL_TERMS = replace(
    TERMS,
    permission=Permission.DS,
    version_to=3,
    modifiers=Modifier.GS | Modifier.NPUNCU,
    condition=7254,
    regions=Region.DE | Region.OTHER,
    required_options=(113100,),
    forbidden_options=(113109,),
    max_rounds=5,
    epsilon_budget=500_000,
    project_ref=OTHER,
    request=OTHER,
    supersedes=ID,
)
FULL_TERMS_BODY = {
    **TERMS_BODY,
    "permission": "DS",
    "versionTo": 3,
    "modifiers": ["NPUNCU", "GS"],
    "condition": "MONDO:0007254",
    "regions": ["DE", "OTHER"],
    "deidentification": {"required": [113100], "forbidden": [113109]},
    "maxRounds": 5,
    "epsilonBudget": 500_000,
    "projectRef": OTHER,
    "request": OTHER,
    "supersedes": ID,
}
SCOPE = Scope(Purpose.HRESCH, Region.DE, condition=7254, project_ref=OTHER)
SCOPE_BODY = {"purposes": ["HRESCH"], "regions": ["DE"], "condition": "MONDO:0007254", "projectRef": OTHER}
PLAIN_SCOPE = Scope(Purpose.HRESCH, Region(0))
PLAIN_SCOPE_BODY = {"purposes": ["HRESCH"], "regions": [], "condition": None, "projectRef": None}
OPENING = {
    "model": ID,
    "scope": PLAIN_SCOPE_BODY,
    "card": {"title": "x"},
    "codeDigest": DIGEST,
    "containerDigest": None,
    "inputs": [{"dataset": ID, "version": 1, "consent": OTHER, "operation": "FINE_TUNE"}],
}
WANTED = Wanted(
    dataset=ID,
    purposes=Purpose.HRESCH,
    operations=Operation.TRAIN,
    not_before=NOON,
    expires_at=NOON,
    card=Document({"title": "x"}),
    regions=Region.FR,
    epsilon_budget=1,
)
WANTED_BODY = {
    "dataset": ID,
    "purposes": ["HRESCH"],
    "operations": ["TRAIN"],
    "condition": None,
    "regions": ["FR"],
    "notBefore": "2026-11-22T12:00:00Z",
    "expiresAt": "2026-11-22T12:00:00Z",
    "maxRounds": 0,
    "epsilonBudget": 1,
    "projectRef": None,
    "card": {"title": "x"},
}
KEY = "0x" + "1A" * 20
ROLES = ("datasets", "consents", "training", "models", "anchors")
NOON_TEXT = "2026-11-22T12:00:00Z"
Call = Callable[[Client], object]
WRITES: list[tuple[Call, str, object]] = [
    (lambda n: n.datasets.register(Document({"a": 1})), "/v1/datasets", {"card": {"a": 1}}),
    (lambda n: n.datasets.publish(ID, VERSION), f"/v1/datasets/{ID}/versions", VERSION_BODY),
    (
        lambda n: n.datasets.publish_all([(ID, VERSION), (OTHER, replace(VERSION, number=4))]),
        "/v1/dataset-versions",
        {"versions": [{"dataset": ID, **VERSION_BODY}, {"dataset": OTHER, **VERSION_BODY, "number": 4}]},
    ),
    (
        lambda n: n.datasets.derive(
            ID, VERSION, scope=SCOPE, derived_from=[Parent(OTHER, 2, DIGEST), Parent(ID, 1, None)]
        ),
        f"/v1/datasets/{ID}/derived-versions",
        {
            **VERSION_BODY,
            "scope": SCOPE_BODY,
            "parents": [
                {"dataset": OTHER, "version": 2, "consent": DIGEST},
                {"dataset": ID, "version": 1, "consent": None},
            ],
        },
    ),
    (
        lambda n: n.datasets.record_erasure(ID, 2, DIGEST),
        f"/v1/datasets/{ID}/erasures",
        {"version": 2, "receiptDigest": DIGEST},
    ),
    (lambda n: n.requests.make(WANTED), "/v1/requests", WANTED_BODY),
    (
        lambda n: n.requests.send_message(ID, "Which vote?", in_reply_to=1),
        f"/v1/requests/{ID}/messages",
        {"text": "Which vote?", "inReplyTo": 1, "visas": []},
    ),
    (
        lambda n: n.requests.decline(ID, DeclineReason.ETHICS_REFUSED),
        f"/v1/requests/{ID}/decline",
        {"reason": "ETHICS_REFUSED"},
    ),
    (lambda n: n.consents.issue(TERMS), "/v1/consents", TERMS_BODY),
    (lambda n: n.consents.issue(FULL_TERMS), "/v1/consents", FULL_TERMS_BODY),
    (
        lambda n: n.consents.suspend(ID, StateReason.BREACH, until=NOON),
        f"/v1/consents/{ID}/suspend",
        {"reason": "BREACH", "until": NOON_TEXT},
    ),
    (
        lambda n: n.consents.suspend_all([ID, OTHER], StateReason.OPT_OUT_BATCH),
        "/v1/consents/suspend",
        {"consents": [ID, OTHER], "reason": "OPT_OUT_BATCH", "until": None},
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
        lambda n: n.models.import_version(ID, artifact_digest=DIGEST, card=Document({"a": 1})),
        f"/v1/models/{ID}/imports",
        {"artifactDigest": DIGEST, "card": {"a": 1}, "parents": []},
    ),
    (lambda n: n.versions.release(ID), f"/v1/versions/{ID}/release", {"forSale": False}),
    (
        lambda n: n.versions.release(ID, for_sale=True, contract_check_only=True),
        f"/v1/versions/{ID}/release?check=contract",
        {"forSale": True},
    ),
    (lambda n: n.versions.deprecate(ID), f"/v1/versions/{ID}/deprecate", {}),
    (lambda n: n.versions.withdraw(ID), f"/v1/versions/{ID}/withdraw", {}),
    (
        lambda n: n.recalls.issue(ID, Severity.CRITICAL, Document({"a": 1}), replacement=OTHER),
        "/v1/recalls",
        {"version": ID, "severity": "CRITICAL", "notice": {"a": 1}, "replacement": OTHER},
    ),
    (
        lambda n: n.recalls.issue(ID, Severity.MINOR, Document(digest=DIGEST)),
        "/v1/recalls",
        {"version": ID, "severity": "MINOR", "noticeDigest": DIGEST, "replacement": None},
    ),
    (lambda n: n.recalls.acknowledge(ID), f"/v1/recalls/{ID}/acknowledge", {}),
    (lambda n: n.recalls.lift(ID), f"/v1/recalls/{ID}/lift", {}),
    (
        lambda n: n.runs.open(
            ID,
            scope=PLAIN_SCOPE,
            card=Document({"title": "x"}),
            inputs_used=[Input(ID, 1, OTHER, Operation.FINE_TUNE)],
            code_digest=DIGEST,
        ),
        "/v1/runs",
        OPENING,
    ),
    (
        lambda n: n.runs.open_round(ID, contract_check_only=True),
        f"/v1/runs/{ID}/rounds?check=contract",
        {"round": None, "epsilon": 0},
    ),
    (
        lambda n: n.runs.open_round(ID, epsilon=500_000, number=2),
        f"/v1/runs/{ID}/rounds",
        {"round": 2, "epsilon": 500_000},
    ),
    (
        lambda n: n.runs.open_rounds([NewRound(ID), NewRound(OTHER, 7, 3)]),
        "/v1/rounds",
        {"rounds": [{"run": ID, "round": None, "epsilon": 0}, {"run": OTHER, "round": 3, "epsilon": 7}]},
    ),
    (
        lambda n: n.runs.contribute(ID, 3, DIGEST),
        f"/v1/runs/{ID}/rounds/3/answers",
        {"updateDigest": DIGEST, "input": None},
    ),
    (
        lambda n: n.runs.refuse(ID, 3, Refusal.PRIVACY_RISK, input_=2),
        f"/v1/runs/{ID}/rounds/3/answers",
        {"refusal": "PRIVACY_RISK", "input": 2},
    ),
    (
        lambda n: n.runs.answer_all([NewAnswer(ID, 1, DIGEST, input=0), NewAnswer(ID, 1, refusal=Refusal.NOT_AGREED)]),
        "/v1/answers",
        {
            "answers": [
                {"run": ID, "round": 1, "updateDigest": DIGEST, "input": 0},
                {"run": ID, "round": 1, "refusal": "NOT_AGREED", "input": None},
            ]
        },
    ),
    (lambda n: n.runs.close_round(ID, 3, DIGEST), f"/v1/runs/{ID}/rounds/3/close", {"aggregateDigest": DIGEST}),
    (lambda n: n.runs.close_round(ID, 3, None), f"/v1/runs/{ID}/rounds/3/close", {"aggregateDigest": None}),
    (
        lambda n: n.runs.close(ID, Outcome.ABANDONED),
        f"/v1/runs/{ID}/close",
        {"outcome": "ABANDONED", "resultDigest": None},
    ),
    (lambda n: n.streams.open(DeviceClass.ULTRASOUND), "/v1/streams", {"deviceClass": "ULTRASOUND"}),
    (lambda n: n.streams.anchor(ID, 128, DIGEST), f"/v1/streams/{ID}/anchors", {"size": 128, "root": DIGEST}),
    (
        lambda n: n.streams.anchor_all([(ID, 128, DIGEST), (ID, 256, OTHER)]),
        "/v1/anchors",
        {
            "anchors": [
                {"stream": ID, "size": 128, "root": DIGEST},
                {"stream": ID, "size": 256, "root": OTHER},
            ]
        },
    ),
    (
        lambda n: n.organisations.suspend_in_emergency(4, EmergencyReason.DATA_BREACH, NOON),
        "/v1/organisations/4/suspend-in-emergency",
        {"reason": "DATA_BREACH", "until": NOON_TEXT},
    ),
    (lambda n: n.keys.report(KEY, NOON), f"/v1/keys/{KEY}/report-compromise", {"since": NOON_TEXT}),
    (lambda n: n.keys.confirm(KEY, NOON), f"/v1/keys/{KEY}/confirm-compromise", {"since": NOON_TEXT}),
    (
        lambda n: n.proposals.admit("Clinic", KEY, Capability.CUSTODIAN, for_profit=False),
        "/v1/proposals",
        {
            "kind": "ADMIT",
            "admission": {"name": "Clinic", "admin": KEY, "capabilities": ["CUSTODIAN"], "forProfit": False},
        },
    ),
    (lambda n: n.proposals.suspend(3), "/v1/proposals", {"kind": "SUSPEND", "organisation": 3}),
    (lambda n: n.proposals.reinstate(3), "/v1/proposals", {"kind": "REINSTATE", "organisation": 3}),
    (lambda n: n.proposals.remove(3), "/v1/proposals", {"kind": "REMOVE", "organisation": 3}),
    (
        lambda n: n.proposals.replace_admin(3, KEY),
        "/v1/proposals",
        {"kind": "REPLACE_ADMIN", "organisation": 3, "admin": KEY},
    ),
    (
        lambda n: n.proposals.change_thresholds(6666, 5000),
        "/v1/proposals",
        {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 6666, "custodians": 5000}},
    ),
    (
        lambda n: n.proposals.register_generation(dict.fromkeys(ROLES, KEY)),
        "/v1/proposals",
        {"kind": "REGISTER_GENERATION", "contracts": dict.fromkeys(ROLES, KEY)},
    ),
    (lambda n: n.proposals.lift_recall(ID), "/v1/proposals", {"kind": "LIFT_RECALL", "recall": ID}),
    (
        lambda n: n.proposals.revoke_consent(ID, StateReason.REGULATOR_ORDER),
        "/v1/proposals",
        {"kind": "REVOKE_CONSENT", "consent": ID, "reason": "REGULATOR_ORDER"},
    ),
    (
        lambda n: n.proposals.suspend_consent(ID, StateReason.BREACH, 86400),
        "/v1/proposals",
        {"kind": "SUSPEND_CONSENT", "consent": ID, "reason": "BREACH", "duration": 86400},
    ),
    (lambda n: n.proposals.vote(4, in_favour=True), "/v1/proposals/4/votes", {"inFavour": True}),
    (lambda n: n.proposals.execute(4), "/v1/proposals/4/execution", {}),
]


@pytest.mark.parametrize(("call", "path", "body"), WRITES, ids=[f"{n}-{path}" for n, (_, path, _) in enumerate(WRITES)])
def test_write_on_the_wire(server: Server, node: Client, call: Call, path: str, body: object) -> None:
    assert call(node) == SUBMISSION
    ((method, asked, headers, given),) = server.seen
    assert (method, asked, given) == ("POST", path, body)
    assert headers["authorization"] == "Bearer the-key"
    assert headers["content-type"] == "application/json"
    assert len(headers["idempotency-key"]) == 32
    assert headers["prefer"] == "wait=30"


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda n: n.submissions.cancel("a/b"), "/v1/submissions/a%2Fb/cancel"),
        (lambda n: n.submissions.resend("one"), "/v1/submissions/one/resend"),
    ],
)
def test_what_changes_the_node_alone_waits_for_no_chain(server: Server, node: Client, call: Call, path: str) -> None:
    assert call(node) == SUBMISSION
    ((method, asked, headers, given),) = server.seen
    assert (method, asked, given) == ("POST", path, {})
    assert len(headers["idempotency-key"]) == 32
    assert "prefer" not in headers


def test_write_survives_cut_connections(server: Server, node: Client) -> None:
    server.cuts = 2
    assert node.streams.open(DeviceClass.CT)["state"] == "final"
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
            "emergencyUntil": None,
            "emergencies": [],
            "block": 3,
            "added": "by a newer node",
        }

    first = {"asOfBlock": 9, "indexLag": 0, "items": [organisation(1)], "next": "c1"}
    second = {"asOfBlock": 9, "indexLag": 0, "items": [organisation(2)], "next": None}
    server.answers["GET", "/v1/organisations?limit=200"] = json.dumps(first).encode()
    server.answers["GET", "/v1/organisations?limit=200&asOf=9&cursor=c1"] = json.dumps(second).encode()
    assert [found["number"] for found in node.organisations.all()] == [1, 2]


def test_keys_and_generations_are_read(server: Server, node: Client) -> None:
    def page(*items: object) -> bytes:
        return json.dumps({"asOfBlock": 9, "indexLag": 0, "items": items, "next": None}).encode()

    generation = {"number": 1, "contracts": {"datasets": KEY}, "inForce": True, "block": 1}
    fact = {
        "contract": "consents",
        "generation": 1,
        "event": "ConsentIssued",
        "subject": ID,
        "transaction": ID,
        "writtenAt": NOON_TEXT,
        "doubtful": True,
        "block": 4,
    }
    server.answers["GET", "/v1/generations?limit=200"] = page(generation)
    server.answers["GET", f"/v1/keys/{KEY}/facts?limit=200&since=2026-11-22T12%3A00%3A00Z"] = page(fact)
    server.answers["GET", "/v1/organisations/2/keys?limit=200"] = page()
    assert [one["number"] for one in node.consortium.generations()] == [1]
    assert [one["doubtful"] for one in node.keys.facts(KEY, since=NOON)] == [True]
    assert list(node.organisations.keys(2)) == []


def test_a_stream_and_how_it_grew_are_read(server: Server, node: Client) -> None:
    anchor = {"size": 128, "root": DIGEST, "anchoredAt": NOON_TEXT, "block": 4}
    found = {
        "asOfBlock": 9,
        "indexLag": 0,
        "id": ID,
        "custodian": {"number": 1, "name": "Klinik"},
        "deviceClass": "CT",
        "anchorCount": 2,
        "newestAnchor": anchor,
        "block": 3,
    }
    page = {"asOfBlock": 9, "indexLag": 0, "items": [anchor], "next": None}
    server.answers["GET", f"/v1/streams/{ID}?asOf=9"] = json.dumps(found).encode()
    server.answers["GET", f"/v1/streams/{ID}/anchors?limit=200"] = json.dumps({**page, "next": "c1"}).encode()
    server.answers["GET", f"/v1/streams/{ID}/anchors?limit=200&asOf=9&cursor=c1"] = json.dumps(page).encode()
    assert node.streams.get(ID, as_of=9)["newestAnchor"] == anchor
    assert list(node.streams.anchors(ID)) == [anchor, anchor]


def test_check_asks_without_a_key(server: Server, node: Client) -> None:
    answer = {"asOfBlock": 1, "indexLag": 0, "reason": "REVOKED", "permitted": False}
    server.answers["POST", f"/v1/consents/{ID}/check"] = json.dumps(answer).encode()
    found = node.consents.check(ID, dataset=OTHER, version=1, operation=Operation.TRAIN, scope=SCOPE)
    assert not found["permitted"]
    ((_, _, headers, body),) = server.seen
    assert "idempotency-key" not in headers
    assert body == {
        "dataset": OTHER,
        "version": 1,
        "operation": "TRAIN",
        "scope": SCOPE_BODY,
        "rounds": 0,
        "epsilon": 0,
        "grantee": None,
    }


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_pause_on_the_wire(server: Server, node: Client, act: str) -> None:
    server.answers["POST", f"/v1/node/{act}"] = b'{"paused": null}'
    assert getattr(node.node, act)() == {"paused": None}


def test_bytes_come_as_they_are(server: Server, node: Client) -> None:
    server.answers["GET", f"/v1/versions/{ID}/evidence?asOf=5"] = b'{"b": 1,  "a":2}'
    server.answers["GET", f"/v1/consents/{ID}/evidence?validatorsAt=7"] = b" 1"
    server.answers["GET", f"/v1/datasets/{ID}/versions/3/evidence"] = b" 2"
    server.answers["GET", "/v1/node/trust"] = b"{}"
    assert node.consents.evidence(ID, validators_at=7) == b" 1"
    assert node.datasets.evidence(ID, 3) == b" 2"
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
    (lambda n: n.recalls.issue(ID, Severity.MINOR, Document()), InvalidField),
    (lambda n: n.keys.get("0x12"), InvalidField),
    (lambda n: n.keys.report("../" + "a" * 39, NOON), InvalidField),
    (lambda n: n.consents.issue(replace(TERMS, condition=10**7)), InvalidField),
    (lambda n: n.datasets.derive(ID, VERSION, scope=SCOPE, derived_from=[Parent(ID, 1, "0x12")]), InvalidId),
    (lambda n: n.consents.suspend(ID, StateReason.BREACH, until=NOON.replace(tzinfo=None)), InvalidField),
    (
        lambda n: n.consents.check(ID, dataset=ID, version=1, operation=Operation.TRAIN | Operation.TEST, scope=SCOPE),
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
