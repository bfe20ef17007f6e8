"""The committed schema is the one that the routes make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry_api import auth, openapi, reference
from registry_api.problems import MEDIA_TYPE

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return openapi.document()


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, methods in schema["paths"].items() for method, one in methods.items()]


def test_the_committed_schema_is_current(schema: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text()) == schema, "run: python -m registry_api.openapi > docs/openapi.json"
    assert COMMITTED.read_text() == openapi.render()


def test_every_failure_is_a_declared_problem(schema: dict[str, Any]) -> None:
    for method, path, one in operations(schema):
        for status, response in one["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [MEDIA_TYPE], (method, path, status)


def test_every_write_takes_a_key_and_says_who_may(schema: dict[str, Any]) -> None:
    names = {one["operationId"] for _, _, one in operations(schema)}
    assert set(auth.MAY) <= names
    for method, _, one in operations(schema):
        if one["operationId"] in auth.MAY:
            assert method == "post" or auth.MAY[one["operationId"]] != auth.ANYBODY
            assert "Roles: " in one["description"]
        if "202" in one["responses"]:
            parameters = {p["name"]: p["required"] for p in one["parameters"]}
            assert parameters["Idempotency-Key"]
            assert one["operationId"] in auth.MAY


def test_only_probes_need_no_key(schema: dict[str, Any]) -> None:
    assert {path for _, path, one in operations(schema) if "security" not in one} == {"/healthz", "/readyz", "/metrics"}


def test_every_body_has_an_example(schema: dict[str, Any]) -> None:
    for _, path, one in operations(schema):
        if "requestBody" not in one:
            continue
        media = one["requestBody"]["content"]["application/json"]
        found = {"examples"} & (media.keys() | _resolve(schema, media["schema"]).keys())
        assert found, path


def test_tags_stand_in_the_order_of_the_resources(schema: dict[str, Any]) -> None:
    used = {tag for _, _, one in operations(schema) for tag in one["tags"]}
    assert [tag["name"] for tag in schema["tags"]] == list(openapi.TAGS)
    assert used == set(openapi.TAGS)


def _resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in part.get("anyOf", [part]) if choice.get("type") != "null"]
    name = choices[0].get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"].get(name, choices[0])
    return found


def test_the_page_lists_every_call() -> None:
    page = (COMMITTED.parent / "api.md").read_text()
    assert page.endswith(reference.table()), "the table's end of docs/api.md: python -m registry_api.reference"
