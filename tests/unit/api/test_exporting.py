"""Exports over HTTP: as of a block, as files under names that their readers know, on record like any read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from ledger_node.domain.export import ExportFormat

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
