"""Reads on record: which are, what stands there, and that nothing is answered that is not on record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from starlette.testclient import TestClient

from ledger_node.errors import StoreUnavailable
from ledger_node.ports import RecordedRead
from ledger_node.services.recording import Recording

from .fakes import KEYS, NOW, FixedClock, MemoryReadRecord, World, digest
from .story import HEAD, world

ClientOf = Callable[..., TestClient]
VERSION = digest("model version 0")


@pytest.fixture
def regulator() -> Iterator[World]:
    made = world()
    made.node.recording.start()
    yield made
    made.node.recording.stop()


def recorded(of: World) -> list[tuple[str, str | None, int | None]]:
    return [(one.operation, one.subject, one.as_of) for one in of.record.kept]


def test_read_stands_on_record_when_it_is_answered(client_of: ClientOf, regulator: World) -> None:
    client = client_of(regulator, "auditor")
    client.get(f"/v1/versions/{VERSION}")
    client.get(f"/v1/versions/{VERSION}/lineage?asOf={HEAD - 1}")
    client.get(f"/v1/versions/{VERSION}/questions/1")
    client.get("/v1/consents?limit=1")
    client.get("/v1/node/trust")
    assert recorded(regulator) == [
        ("get_version", VERSION, HEAD),
        ("get_lineage", VERSION, HEAD - 1),
        ("answer_question", VERSION, HEAD),
        ("list_consents", None, HEAD),
        ("get_trust", None, None),
    ]
    assert {(one.read_at, one.caller.split()[-1]) for one in regulator.record.kept} == {(NOW, "auditor")}
    assert not [key for key in KEYS.values() if key in str(regulator.record.kept)]


def test_check_of_a_consent_is_a_read_and_a_write_is_none(client_of: ClientOf, regulator: World) -> None:
    client = client_of(regulator, "operator")
    consent = regulator.index.facts.consents[0]
    use = {"dataset": consent.terms.dataset, "version": 1, "operation": "TRAIN", "scope": {"purposes": ["HRESCH"]}}
    checked = client.post(f"/v1/consents/{consent.id}/check", json=use)
    written = client.post("/v1/blobs", json={"a": "document"})
    assert (checked.status_code, written.status_code) == (200, 201)
    assert recorded(regulator) == [("check_consent", consent.id, HEAD)]


def test_what_is_refused_or_open_to_all_is_no_read(client_of: ClientOf, regulator: World) -> None:
    client = client_of(regulator, "steward")
    statuses = [client.get(path).status_code for path in ("/v1/reads", "/v1/consents/nothing", "/v1/models?x=1")]
    assert statuses == [403, 400, 400]
    assert client_of(regulator).get("/v1/node").status_code == 401
    assert client.get("/readyz").status_code == client.get("/openapi.json").status_code == 200
    assert recorded(regulator) == []


def test_nothing_is_told_that_cannot_be_put_on_record(client_of: ClientOf, regulator: World) -> None:
    regulator.record.full = StoreUnavailable("the store cannot be used now")
    answer = client_of(regulator, "auditor").get(f"/v1/versions/{VERSION}")
    assert (answer.status_code, answer.json()["code"], VERSION in answer.text) == (503, "ML-0909", False)
    regulator.record.full = None
    assert client_of(regulator, "auditor").get(f"/v1/versions/{VERSION}").status_code == 200


def test_other_nodes_record_nothing(client_of: ClientOf, hospital: World) -> None:
    assert client_of(hospital, "auditor").get("/v1/models").status_code == 200
    assert hospital.record.kept == []


def test_record_is_shown_page_by_page(client_of: ClientOf, regulator: World) -> None:
    client = client_of(regulator, "auditor")
    for _ in range(3):
        client.get("/v1/models")
    first = client.get("/v1/reads?limit=2").json()
    client.get("/v1/models")  # more comes meanwhile
    second = client.get("/v1/reads", params={"limit": 2, "cursor": first["next"]}).json()
    assert [[one["number"] for one in page["items"]] for page in (first, second)] == [[3, 2], [1]]
    assert second["next"] is None
    assert second["items"][0] == {
        "number": 1,
        "readAt": "2026-11-18T11:06:40Z",
        "caller": first["items"][0]["caller"],
        "operation": "list_models",
        "subject": None,
        "asOfBlock": first["asOfBlock"],
    }


class SlowRecord(MemoryReadRecord):
    """Keeps its first append waiting until it may go on; `batches` are the sizes of all."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.batches: list[int] = []

    def append(self, reads: Sequence[RecordedRead]) -> None:
        self.batches.append(len(reads))
        self.begun.set()
        self.go.wait(10)
        super().append(reads)


def test_reads_that_come_meanwhile_are_kept_together() -> None:
    record = SlowRecord()
    recording = Recording(record, FixedClock(), wanted=lambda: True, keep=1_000)
    recording.start()
    first = recording.put("one", "get_consent", None, None)
    record.begun.wait(10)
    others = [recording.put("one", "get_consent", None, None) for _ in range(20)]
    assert not any(one.done() for one in (first, *others))
    record.go.set()
    for one in (first, *others):
        one.result(10)
    recording.put("last", "get_consent", None, None)
    recording.stop()
    assert (record.batches[:2], len(record.kept), record.kept[-1].caller) == ([1, 20], 22, "last")


def test_reader_that_goes_away_takes_nothing_back() -> None:
    record = MemoryReadRecord()
    recording = Recording(record, FixedClock(), wanted=lambda: True, keep=1_000)
    assert not recording.put("one", "get_consent", None, None).cancel()
    recording.start()
    recording.stop()
    assert len(record.kept) == 1


def away(*_: object) -> bool:
    raise StoreUnavailable("the store cannot be used now")


def test_node_that_cannot_look_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """A regulator's node must not answer off the record because its store was busy when it started."""
    record, forgotten = MemoryReadRecord(), list[int]()
    monkeypatch.setattr(record, "forget", forgotten.append)
    recording = Recording(record, FixedClock(), wanted=away, keep=1_000)
    recording.start()
    assert recording.on
    assert forgotten == [NOW - 1_000]  # which does not wait for the other look
    recording.stop()


def test_node_that_cannot_forget_knows_whether_to_record(monkeypatch: pytest.MonkeyPatch) -> None:
    record = MemoryReadRecord()
    monkeypatch.setattr(record, "forget", away)
    recording = Recording(record, FixedClock(), wanted=lambda: False, keep=1_000)
    recording.start()
    assert not recording.on
    recording.stop()
