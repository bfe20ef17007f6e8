"""Reads: as of a block, page after page, with names and states."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from starlette.testclient import TestClient

from registry_api.schemas.base import rfc3339

from .fakes import NOW, World, digest
from .story import HEAD, PUBLISHER, REGULATOR, world

Client = Callable[..., TestClient]


def pages(client: TestClient, path: str, limit: int) -> list[list[dict[str, Any]]]:
    found, cursor = [], ""
    while True:
        page = client.get(f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}").json()
        found.append(page["items"])
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize("path", ["/v1/organisations", "/v1/datasets", "/v1/consents", "/v1/organisations/1/impact"])
def test_pages_add_up_to_the_whole(client_of: Client, path: str) -> None:
    client = client_of(world(7, versions=3), "auditor")
    whole = client.get(f"{path}?limit=200").json()
    assert whole["next"] is None
    for limit in (1, 2, 3):
        found = pages(client, path, limit)
        assert list(chain.from_iterable(found)) == whole["items"]
        assert all(len(page) == limit for page in found[:-1])
        assert found[-1]


def test_a_cursor_keeps_its_block(client_of: Client) -> None:
    of = world(5)
    client = client_of(of, "auditor")
    then = of.index.facts.datasets[2].at.block
    first = client.get(f"/v1/datasets?limit=1&asOf={then}").json()
    second = client.get(f"/v1/datasets?limit=200&cursor={first['next']}").json()
    assert first["asOfBlock"] == second["asOfBlock"] == then
    assert len(second["items"]) == 2
    assert client.get(f"/v1/datasets?asOf={then}&cursor={first['next']}").status_code == 200
    assert client.get(f"/v1/datasets?asOf={then + 1}&cursor={first['next']}").json()["code"] == "ML-0101"


#: Of a block with 25 digits after 25 zeros.
ZEROS = "MC4wMDAwMDAwMDAwMDAwMDAwMDAwMDk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkuMA"


@pytest.mark.parametrize("cursor", ["AAAAAAAA", "MjAwMC4xOC4", "MjAwMC54LjA", "MS4xLjIxNDc0ODM2NDg", "____", ZEROS])
def test_a_cursor_of_nobody_leads_nowhere(hospital: World, client_of: Client, cursor: str) -> None:
    answer = client_of(hospital, "auditor").get(f"/v1/datasets?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_a_block_that_is_not_indexed_is_not_there(hospital: World, client_of: Client) -> None:
    answer = client_of(hospital, "auditor").get(f"/v1/datasets?asOf={HEAD + 1}")
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_submissions_come_newest_first(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "operator")
    for n in range(5):
        client.post("/v1/streams", json={"deviceClass": "CT"}, headers={"Idempotency-Key": f"k{n}"})
    found = chain.from_iterable(pages(client, "/v1/submissions", 2))
    assert [one["idempotencyKey"] for one in found] == ["k4", "k3", "k2", "k1", "k0"]
    assert client.get("/v1/submissions/nobody").json()["code"] == "ML-0301"


def test_lists_can_be_narrowed(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    dataset = hospital.index.facts.datasets[1].id
    assert [one["id"] for one in client.get("/v1/datasets?custodian=2").json()["items"]] == [dataset]
    assert [one["dataset"] for one in client.get(f"/v1/consents?dataset={dataset}").json()["items"]] == [dataset]
    assert len(client.get("/v1/consents?grantee=3&grantor=1").json()["items"]) == 1
    assert client.get("/v1/consents?grantee=2").json()["items"] == []


def test_a_dataset_comes_with_its_versions(hospital: World, client_of: Client) -> None:
    found = client_of(hospital, "auditor").get(f"/v1/datasets/{hospital.index.facts.datasets[1].id}").json()
    assert found["custodian"] == {"number": 2, "name": "Hôpital Saint-Luc"}
    assert [(one["number"], one["supersession"], one["usable"]) for one in found["versions"]] == [
        (1, "FIRST", True),
        (2, "EXTENSION", True),
    ]
    assert found["versions"][0]["options"] == [113100, 113101]
    assert found["versions"][0]["publishedAt"] == "2026-10-19T11:06:40Z"


def test_a_consent_shows_terms_state_and_log(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    found = client.get(f"/v1/consents/{hospital.index.facts.consents[1].id}").json()
    assert (found["state"], found["versionTo"], found["projectRef"]) == ("REVOKED", None, None)
    assert found["operations"] == ["TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS"]
    assert found["log"] == [
        {
            "act": "REVOKED",
            "actor": {"number": 2, "name": "Hôpital Saint-Luc"},
            "reason": "WITHDRAWAL_BATCH",
            "at": "2026-11-17T11:06:40Z",
            "until": None,
        }
    ]


def test_states_are_judged_at_the_blocks_time(hospital: World, client_of: Client) -> None:
    client, consent = client_of(hospital, "auditor"), hospital.index.facts.consents[1]
    object.__setattr__(consent.log[0], "acted_at", NOW - 10)
    path = f"/v1/consents/{consent.id}"
    assert max(row.at.block for row in hospital.index.facts.streams) < HEAD - 11  # so no fact is in these blocks
    assert client.get(f"{path}?asOf={HEAD - 11}").json()["state"] == "ACTIVE"
    assert client.get(f"{path}?asOf={HEAD - 10}").json()["state"] == "REVOKED"
    lent = hospital.index.facts.consents[0]
    object.__setattr__(lent.terms, "expires_at", NOW - 10)
    impact = f"/v1/consents/{lent.id}/impact"
    standing = [client.get(f"{impact}?asOf={HEAD - ago}").json()["items"][0]["standing"] for ago in (11, 10)]
    assert standing == ["OK", "EXPIRED"]
    assert hospital.ledger.asked == [HEAD - 11, HEAD, HEAD - 10, HEAD]  # once for each


def test_a_time_stands_for_the_last_block_made_by_then(hospital: World, client_of: Client) -> None:
    client, consent = client_of(hospital, "auditor"), hospital.index.facts.consents[1]
    for ago in (0, 7, 1_500):
        time = rfc3339(NOW - ago)
        assert client.get(f"/v1/consents?asOf={time}").json()["asOfBlock"] == HEAD - ago
        assert client.get(f"/v1/consents?asOf={time}").content == client.get(f"/v1/consents?asOf={HEAD - ago}").content
    assert client.get(f"/v1/consents/{consent.id}?asOf=2099-01-01T00:00:00Z").json()["asOfBlock"] == HEAD
    assert client.get("/v1/consents?asOf=1999-01-01T00:00:00Z").json()["code"] == "ML-0301"
    hospital.ledger.number = None
    assert client.get(f"/v1/consents?asOf={rfc3339(NOW - 7)}").status_code == 200  # they were asked for before
    assert client.get(f"/v1/consents?asOf={rfc3339(NOW - 9)}").json()["code"] == "ML-0601"


@pytest.mark.parametrize("wrong", ["2026-02-30T00:00:00Z", "2026-02-03T00:00:00", "2026-02-03", "-1", "1e3", "9" * 17])
def test_what_is_no_block_and_no_time_is_refused(hospital: World, client_of: Client, wrong: str) -> None:
    answer = client_of(hospital, "auditor").get("/v1/consents", params={"asOf": wrong})
    assert (answer.status_code, answer.json()["code"]) == (400, "ML-0101")
    assert "2026-11-22T01:02:03Z" in answer.json()["needed"]
    assert wrong not in answer.text.replace("2026-11-22T01:02:03Z", "").replace("ML-0101", "")


def test_a_state_at_a_block_that_only_the_chain_knows_needs_the_chain(hospital: World, client_of: Client) -> None:
    client, consent = client_of(hospital, "auditor"), hospital.index.facts.consents[1]
    hospital.ledger.number = None
    lineage = f"/v1/versions/{hospital.index.facts.model_versions[0].id}/lineage"
    for path in (f"/v1/consents/{consent.id}", lineage):
        answer = client.get(f"{path}?asOf={HEAD - 11}")
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "ML-0601", "5")
        assert client.get(f"{path}?asOf={HEAD}").status_code == 200
    assert client.get(f"/v1/consents/{consent.id}?asOf={consent.at.block}").status_code == 200
    assert client.get(f"/v1/datasets?asOf={HEAD - 11}").status_code == 200  # nothing in it has a state


def test_a_regulator_is_named_in_a_log(client_of: Client) -> None:
    of = world(8)
    found = client_of(of, "auditor").get(f"/v1/consents/{of.index.facts.consents[7].id}").json()
    assert found["log"][0]["actor"]["name"] == REGULATOR
    assert found["log"][0]["until"] == "2026-11-19T11:06:40Z"
    assert found["state"] == "SUSPENDED"


def test_a_run_has_rounds_and_answers(hospital: World, client_of: Client) -> None:
    client, run = client_of(hospital, "auditor"), hospital.index.facts.runs[0].id
    found = client.get(f"/v1/runs/{run}").json()
    assert [one["operation"] for one in found["inputs"]] == ["TRAIN", "TRAIN"]
    assert (found["outcome"], found["makesWeights"]) == ("COMPLETED", True)
    assert found["scope"] == {
        "purposes": ["HRESCH", "MLTRAINING"],
        "regions": [],
        "condition": None,
        "projectRef": None,
    }
    assert (found["codeDigest"], found["containerDigest"]) == (digest("code"), None)
    assert found["rounds"][0]["answers"][1] == {
        "custodian": {"number": 2, "name": "Hôpital Saint-Luc"},
        "input": 1,
        "updateDigest": digest("update 1 1"),
        "refusal": None,
        "consentState": "OK",
        "answeredAt": "2026-11-08T12:16:40Z",
    }
    assert client.get(f"/v1/runs/{run}/rounds").json()["items"] == found["rounds"]


def test_impact_names_versions_and_how_consents_stand(hospital: World, client_of: Client) -> None:
    dataset = hospital.index.facts.datasets[1].id
    (found,) = client_of(hospital, "auditor").get(f"/v1/datasets/{dataset}/impact").json()["items"]
    assert found["modelNumber"] == 1
    assert (found["standing"], found["revokedFor"], found["tainted"]) == ("REVOKED", "WITHDRAWAL_BATCH", False)
    assert found["through"] == [found["version"]]


def test_a_lineage_is_a_graph_whose_edges_have_ends(client_of: Client) -> None:
    of = world(3, versions=2)
    version = of.index.facts.model_versions[-1].id
    found = client_of(of, "auditor").get(f"/v1/versions/{version}/lineage").json()
    ids = {node["id"] for node in found["nodes"]}
    assert all(edge["from"] in ids and edge["to"] in ids for edge in found["edges"])
    assert len(ids) == len(found["nodes"])
    assert {node["kind"] for node in found["nodes"]} == {
        "organisation",
        "datasetVersion",
        "consent",
        "run",
        "model",
        "modelVersion",
    }
    states = {node["id"]: node["state"] for node in found["nodes"] if node["kind"] == "consent"}
    assert sorted(states.values()) == ["ACTIVE", "ACTIVE", "REVOKED"]
    assert len(found["facts"]["runs"]) == 2
    assert {"from": of.index.facts.model_versions[0].id, "to": version, "kind": "parentOf"} in found["edges"]


def test_evidence_and_trust_are_bytes_to_take_away(hospital: World, client_of: Client) -> None:
    client, version = client_of(hospital, "auditor"), hospital.index.facts.model_versions[0].id
    for path, kind, key in (
        (f"/v1/versions/{version}", "modelVersion", version),
        (f"/v1/consents/{version}", "consent", version),
        (f"/v1/datasets/{version}/versions/3", "datasetVersion", f"{version}/3"),
    ):
        answer = client.get(f"{path}/evidence?asOf={HEAD}&validatorsAt=0")
        assert answer.json() == {"about": [kind, key], "asOf": HEAD, "sealed": 0}
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert client.get(f"{path}/evidence?validatorsAt=0").json()["asOf"] == 7  # the newest that seals make final
        assert client.get(f"{path}/evidence").json()["asOf"] == HEAD
    assert client.get("/v1/node/trust").headers["Content-Type"] == "application/json"


def test_headers_after_a_block_are_given_some_at_a_time(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    for after, limit, numbers in ((2, 3, ["0x3", "0x4", "0x5"]), (7, 1_000, ["0x8", "0x9"]), (9, 1, [])):
        answer = client.get(f"/v1/checkpoints/{after}/headers?limit={limit}").json()
        assert answer == {"head": 9, "items": [{"number": one} for one in numbers]}
    assert client.get("/v1/checkpoints/2/headers?limit=1001").status_code == 400


def test_proposals_say_what_they_are_about(hospital: World, client_of: Client) -> None:
    admit, suspend = client_of(hospital, "auditor").get("/v1/proposals").json()["items"]
    assert admit["admission"] == {
        "admin": "0x" + f"{77:040X}",
        "capabilities": ["CUSTODIAN"],
        "forProfit": False,
        "name": "Klinikum West gGmbH",
    }
    assert [vote["inFavour"] for vote in admit["votes"]] == [True, False]
    assert (suspend["admission"], suspend["organisation"]["number"]) == (None, 2)


def test_the_node_says_who_it_is_and_how_it_stands(hospital: World, client_of: Client) -> None:
    found = client_of(hospital, "auditor").get("/v1/node").json()
    assert found["organisation"] == {"number": 1, "name": "Universitätsklinikum Nord", "capabilities": ["CUSTODIAN"]}
    assert (found["head"], found["indexLag"], found["blobs"]) == (HEAD, 0, "ok")
    assert set(found["contracts"]) == {"consortium", "datasets", "consents", "training", "models", "anchors"}


def test_reads_go_on_without_the_chain(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    hospital.ledger.number = None
    assert client.get("/readyz").status_code == 503
    found = client.get("/v1/datasets").json()
    assert (found["indexLag"], len(found["items"])) == (None, 2)


def test_readiness_follows_chain_index_and_workers(hospital: World, client_of: Client) -> None:
    client = client_of(hospital)
    assert client.get("/readyz").json() == {"status": "ok"}
    hospital.ledger.number = HEAD + 20
    assert client.get("/readyz").status_code == 200
    hospital.ledger.number = HEAD + 21
    assert client.get("/readyz").json()["got"] == "21 blocks"
    hospital.ledger.number = HEAD
    hospital.node.status.note_failure("indexer", "ML-0604")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_index_that_has_not_begun_is_said(hospital: World, client_of: Client) -> None:
    hospital.index.at = None
    answer = client_of(hospital, "auditor").get("/v1/datasets")
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_the_index_has_a_digest_and_can_be_rebuilt(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "operator")
    assert client.get("/v1/index/digest").json()["counts"]["datasets"] == 2
    assert client.post("/v1/index/rebuild").json() == {
        "before": digest("index"),
        "after": digest("index"),
        "equal": True,
    }


def test_times_beyond_the_calendar_do_not_break_a_page(hospital: World, client_of: Client) -> None:
    consent = hospital.index.facts.consents[0]
    object.__setattr__(consent.terms, "expires_at", 2**48 - 1)
    found = client_of(hospital, "auditor").get(f"/v1/consents/{consent.id}").json()
    assert found["expiresAt"] == "9999-12-31T23:59:59Z"
    assert found["grantee"]["name"] == PUBLISHER
