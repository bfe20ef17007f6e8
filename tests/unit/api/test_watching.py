"""What a node tells those who watch it: readiness, status, metrics."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.figures import Figures
from ledger_node.errors import MedLedgerError, StoreUnavailable

from .fakes import NOW, World
from .story import HEAD

Client = Callable[..., TestClient]
SAMPLE = re.compile(r"^(medledger_[a-z_]+)(?:\{(.*)\})? (\S+)$")


def register(client: TestClient) -> None:
    answer = client.post("/v1/datasets", json={"card": {"title": "A"}}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202


def metrics_of(client: TestClient) -> dict[tuple[str, str], float]:
    """Value by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    found = [SAMPLE.match(line) for line in lines]
    assert all(found), lines
    return {(one[1], one[2] or ""): float(one[3]) for one in found if one}


@pytest.mark.parametrize(
    ("figures", "got"),
    [
        (Figures(oldest_open=NOW - 301), "301 seconds"),
        (Figures(paused="a foreign transaction"), "a foreign transaction"),
    ],
)
def test_node_is_not_ready_while_the_outbox_stands(
    hospital: World, client_of: Client, figures: Figures, got: str
) -> None:
    hospital.gauges.figures = figures
    answer = client_of(hospital).get("/readyz")
    assert (answer.status_code, answer.json()["got"]) == (503, got)
    assert "Retry-After" in answer.headers
    hospital.gauges.figures = replace(figures, oldest_open=NOW - 300, paused=None)
    assert client_of(hospital).get("/readyz").status_code == 200


def test_node_is_not_ready_when_its_store_takes_no_writes(hospital: World, client_of: Client) -> None:
    hospital.gauges.full = StoreUnavailable("the store cannot be used now", got="OperationalError")
    answer = client_of(hospital).get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "ML-0909")


def test_readiness_says_every_trouble(hospital: World, client_of: Client) -> None:
    hospital.node.status.note_failure("indexer", "ML-0604")
    hospital.ledger.number = None
    hospital.gauges.figures = Figures(paused="drill")
    troubles = client_of(hospital).get("/readyz").json()["troubles"]
    assert [trouble.partition(";")[0] for trouble in troubles] == [
        "a worker fails",
        "the chain does not answer",
        "writing is paused",
    ]


def test_status_says_how_the_node_stands(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "steward")
    register(client)
    hospital.gauges.figures = Figures(oldest_open=NOW - 7, pins_waiting=3, pins_failing=1, oldest_pin=NOW - 9, epoch=4)
    state = next(iter(hospital.outbox.rows.values())).state.value
    found = client.get("/v1/node/status").json()
    assert (found["ready"], found["role"], found["epoch"]) == (True, "writer", 4)
    assert (found["submissions"], found["open"], found["oldestOpenSeconds"]) == ({state: 1}, 1, 7)
    assert (found["pinsWaiting"], found["pinsFailing"], found["oldestPinSeconds"]) == (3, 1, 9)
    assert (found["head"], found["indexLag"], found["indexLagSeconds"]) == (HEAD, 0, 0)
    hospital.node.status.note_failure("indexer", "ML-0604")
    found = client.get("/v1/node/status").json()
    assert (found["ready"], found["failures"]) == (False, {"indexer": "ML-0604"})


def test_metrics_say_what_the_status_says(hospital: World, client_of: Client) -> None:
    register(client_of(hospital, "steward"))
    state = next(iter(hospital.outbox.rows.values())).state.value
    hospital.gauges.figures = Figures(oldest_open=NOW - 7, pins_waiting=3, alarms=2, taken_back=11, nonce_gap=1)
    hospital.node.status.note_failure("pinner", "OSError")
    hospital.node.status.note_head(HEAD + 3)
    found = metrics_of(client_of(hospital))
    for name, labels, value in (
        ("medledger_submissions", f'state="{state}"', 1),
        ("medledger_submissions", 'state="final"', 0),
        ("medledger_submission_oldest_open_seconds", "", 7),
        ("medledger_pins_waiting", "", 3),
        ("medledger_alarms", "", 2),
        ("medledger_events_taken_back", "", 11),
        ("medledger_nonce_gap", "", 1),
        ("medledger_paused", "", 0),
        ("medledger_index_lag_blocks", "", 3),
        ("medledger_writer", "", 1),
        ("medledger_worker_failing", 'worker="pinner"', 1),
    ):
        assert found[name, labels] == value, name
    assert found["medledger_submission_settled_seconds_sum", 'outcome="mined"'] == 3
    assert found["medledger_http_request_seconds_count", 'method="POST",route="/v1/datasets",status="202"'] == 1


def test_metrics_leave_out_what_is_not_known(hospital: World, client_of: Client) -> None:
    hospital.node.status.note_head(None)
    names = {name for name, _ in metrics_of(client_of(hospital))}
    assert "medledger_index_block" in names
    assert not names & {"medledger_chain_head_block", "medledger_index_lag_blocks", "medledger_pin_oldest_seconds"}


def test_metrics_count_reorganisations_by_their_depth(hospital: World, client_of: Client) -> None:
    hospital.node.status.note_head(HEAD)
    at = hospital.index.at
    assert at is not None
    hospital.index.at = replace(at, number=at.number - 5)
    hospital.node.status.note_head(HEAD)
    found = metrics_of(client_of(hospital))
    assert found["medledger_reorganisation_blocks_count", ""] == 1
    assert found["medledger_reorganisation_blocks_sum", ""] == 5


def test_metrics_name_nothing_that_was_asked_for(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    canary = "0x" + "c0de" * 16
    for path in (f"/v1/datasets/{canary}", f"/{canary}", f"/v1/consents?dataset={canary}", "/v1/nothing"):
        client.get(path, headers={"X-Patient": canary})
    client.request("CANARY", "/v1/datasets")
    text = client.get("/metrics").text
    assert canary not in text
    assert "CANARY" not in text
    assert 'method="other"' in text
    assert not re.search(r"0x[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f]{4}-", text)


def test_workers_steps_are_timed_and_their_failures_counted(hospital: World, client_of: Client) -> None:
    def failing() -> int:
        raise MedLedgerError("no")

    meter = hospital.node.meter
    assert meter.timed("indexer", lambda: 3)() == 3  # type: ignore[attr-defined]
    with pytest.raises(MedLedgerError):
        meter.timed("indexer", failing)()  # type: ignore[attr-defined]
    found = metrics_of(client_of(hospital))
    assert found["medledger_worker_step_seconds_count", 'worker="indexer"'] == 2
    assert found["medledger_worker_failures_total", 'worker="indexer"'] == 1
