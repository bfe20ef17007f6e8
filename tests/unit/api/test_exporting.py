"""Exports over HTTP: as of a block, as files under names that their readers know, on record like any read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.export import ExportFormat
from ledger_node.proof.cid import cid_of_digest
from ledger_node.proof.hashing import sha256, to_hex
from tests.unit.cards.cards import dataset_card

from .fakes import World, digest
from .story import HEAD, world

Client = Callable[..., TestClient]
VERSION = digest("model version 0")
SENT = {
    "prov": ("application/json", ".prov.json"),
    "ro-crate": ('application/ld+json; profile="https://w3id.org/ro/crate/1.3"', "-ro-crate-metadata.json"),
    "ml-bom": ("application/vnd.cyclonedx+json; version=1.6", ".cdx.json"),
    "annex-iv": ("application/json", ".annex-iv.json"),
    "annex-iv.md": ("text/markdown; charset=utf-8", ".annex-iv.md"),
}


def path(form: str, version: str = VERSION) -> str:
    return f"/v1/versions/{version}/exports/{form}"


def test_every_format_is_here() -> None:
    assert set(SENT) == set(ExportFormat)


@pytest.mark.parametrize("form", SENT)
def test_it_comes_as_a_file(hospital: World, client_of: Client, form: str) -> None:
    answer = client_of(hospital, "auditor").get(path(form))
    media_type, suffix = SENT[form]
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    name = f'attachment; filename="medledger-{VERSION[2:10]}-{HEAD}{suffix}"'
    assert answer.headers["content-disposition"] == name
    assert VERSION.encode() in answer.content


@pytest.mark.parametrize("form", SENT)
def test_it_is_as_of_a_block_and_the_same_each_time(hospital: World, client_of: Client, form: str) -> None:
    client = client_of(hospital, "auditor")
    then, again, now = (client.get(path(form), params=query) for query in ({"asOf": 500}, {"asOf": 500}, {}))
    assert then.content == again.content != now.content
    assert "-500" in then.headers["content-disposition"]
    unchanged = client.get(path(form), headers={"If-None-Match": now.headers["etag"]})
    assert unchanged.status_code == 304


def test_what_is_not_there_is_not_exported(hospital: World, client_of: Client) -> None:
    client = client_of(hospital, "auditor")
    assert client.get(path("prov", digest("nothing"))).status_code == 404
    assert client.get(path("prov"), params={"asOf": HEAD + 1}).status_code == 404
    assert client.get(path("docx")).status_code == 400
    assert client.get(path("prov"), params={"fields": "entity"}).status_code == 400
    assert client_of(hospital).get(path("prov")).status_code == 401


def test_an_export_is_a_read_on_record(client_of: Client) -> None:
    of = world()
    of.node.recording.start()
    client_of(of, "auditor").get(path("annex-iv"))
    of.node.recording.stop()
    assert [(one.operation, one.subject, one.as_of) for one in of.record.kept] == [("export_version", VERSION, HEAD)]


@pytest.mark.parametrize("number", [15, 19])
def test_questions_lead_to_exports(hospital: World, client_of: Client, number: int) -> None:
    client = client_of(hospital, "auditor")
    links = client.get(f"/v1/versions/{VERSION}/questions/{number}").json()["links"]
    (link,) = [one["href"] for one in links if "/exports/" in one["href"]]
    assert client.get(link).status_code == 200


def croissant_path(of: World, number: int = 1) -> str:
    return f"/v1/datasets/{of.index.facts.dataset_versions[0].dataset}/versions/{number}/exports/croissant"


def with_card(of: World, content: bytes) -> str:
    """The first dataset version names these bytes as its card."""
    of.blobs.contents[cid_of_digest(sha256(content))] = content
    of.index.facts.dataset_versions[0] = replace(
        of.index.facts.dataset_versions[0], card_digest=to_hex(sha256(content))
    )
    return croissant_path(of)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the validator's own libraries
def test_a_dataset_version_is_croissant_byte_for_byte(client_of: Client, caplog: pytest.LogCaptureFixture) -> None:
    import mlcroissant

    of, card = world(), json.dumps(dataset_card(), indent=1).encode()
    answer = client_of(of, "auditor").get(with_card(of, card))
    assert answer.content == card
    assert answer.headers["content-type"] == 'application/ld+json; profile="http://mlcommons.org/croissant/1.0"'
    with caplog.at_level(logging.ERROR):
        metadata = mlcroissant.Dataset(jsonld=answer.json()).metadata
    assert not metadata.ctx.issues.errors
    assert metadata.name == "Breast masses"


@pytest.mark.parametrize("card", [b"{}", b"[]", b"no JSON", b'{"format": "medledger-run-card/1"}'])
def test_another_card_is_no_croissant(client_of: Client, card: bytes) -> None:
    of = world()
    answer = client_of(of, "auditor").get(with_card(of, card))
    assert (answer.status_code, answer.json()["code"]) == (404, "ML-0301")


def test_a_card_that_is_not_here_and_a_version_that_never_was_are_told_apart(
    hospital: World, client_of: Client
) -> None:
    client = client_of(hospital, "auditor")
    assert client.get(croissant_path(hospital)).json()["code"] == "ML-0303"
    assert client.get(croissant_path(hospital, 99)).json()["code"] == "ML-0301"
