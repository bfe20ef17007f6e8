"""Cards against their schemas: what passes, and that a refusal tells the place and the rule, and no value."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import jsonschema_rs
import pytest

from ledger_node.cards import SCHEMAS, Kind, Named, declared, require_card, schema_of
from ledger_node.edge.about import require_about
from ledger_node.errors import InvalidDocument, InvalidField

from .cards import ABOUT, DIGEST, dataset_card, full

KINDS: tuple[Kind, ...] = get_args(Kind)
CANARY = "canary-4711"


@pytest.mark.parametrize("named", SCHEMAS, ids=lambda named: named.format)
def test_each_schema_is_one_of_json_schema_2020_12(named: Named) -> None:
    schema = schema_of(named)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:medledger:schema:{named.kind}:{named.version}"
    assert schema["properties"]["format"] == {"const": named.format}


def test_each_kind_has_a_schema() -> None:
    assert {one.kind for one in SCHEMAS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_card_keeps_to_its_schema(kind: Kind) -> None:
    card = full(kind)
    assert declared(card) in SCHEMAS
    require_card(kind, card)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_full_card_is_named_in_the_schema(kind: Kind) -> None:
    """So that the cards of these tests show what a schema takes, and grow with it."""
    named = next(one for one in SCHEMAS if one.kind == kind)
    assert set(schema_of(named)["properties"]) <= set(full(kind))


@pytest.mark.parametrize("card", [{}, {"title": "x"}, {"format": 7}, {"format": "medledger-project-card/1"}])
def test_a_card_that_declares_no_schema_is_an_untyped_document(card: dict[str, Any]) -> None:
    assert declared(card) is None
    require_card("dataset-card", card)


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidDocument) as refused:
        require_card("run-card", {"format": "medledger-run-card/99"}, "body.card")
    assert refused.value.facts["field"] == "body.card.format"
    assert refused.value.got == "run-card, version 99"
    assert refused.value.needed == "medledger-run-card/1"


def test_a_card_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="another kind"):
        require_card("dataset-card", full("run-card"))


def remove(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(card: dict[str, Any]) -> None:
        for part in path[:-1]:
            card = card[part]
        del card[path[-1]]

    return change


def put(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(card: dict[str, Any]) -> None:
        for part in path[:-1]:
            card = card[part]
        card[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("kind", "change", "field", "needed"),
    [
        ("run-card", remove("method"), "card.method", "a value"),
        ("run-card", put(CANARY, "code", "digest"), "card.code.digest", "pattern: ^0x[0-9a-f]{64}$"),
        ("run-card", put(CANARY, "splits", "unit"), "card.splits.unit", "RECORD"),
        ("run-card", put(CANARY, CANARY), "card", "`additionalProperties`"),
        ("run-card", put(CANARY, "publisher", "country"), "card.publisher.country", "pattern"),
        ("model-card", put(CANARY, "metrics", 0, "value"), "card.metrics[0].value", "number"),
        ("model-card", remove("metrics", 0, "interval", "level"), "card.metrics[0].interval.level", "a value"),
        ("model-card", put([], "metrics", 0, "data"), "card.metrics[0].data", "minItems: 1"),
        ("model-card", put({CANARY: 1}, "baseModel"), "card.baseModel", "`anyOf`"),
        ("dataset-card", put(CANARY, "origin", "period", "from"), "card.origin.period.from", "integer"),
        (
            "dataset-card",
            put("2026-02-30", "legal", "permits", 0, "from"),
            "card.legal.permits[0].from",
            "format: date",
        ),
        ("dataset-card", put("FROM_7", "composition", "strata", 0, "sizeClass"), "strata[0].sizeClass", "UNDER_10"),
        ("dataset-card", put([CANARY], "conformsTo"), "card.conformsTo", "`contains`"),
        ("organisation-card", put("x" * 301, "contact", "office"), "card.contact.office", "maxLength: 300"),
        ("organisation-card", put(None, "node"), "card.node", "object"),
    ],
)
def test_a_fault_is_told_by_place_and_rule(
    kind: Kind, change: Callable[[dict[str, Any]], None], field: str, needed: str
) -> None:
    card = full(kind)
    change(card)
    with pytest.raises(InvalidDocument) as refused:
        require_card(kind, card)
    error = refused.value
    assert str(error.facts["field"]).endswith(field)
    assert needed in str(error.needed)
    assert CANARY not in json.dumps([error.detail, error.got, error.needed, error.facts])


def test_every_fault_is_named_in_the_order_of_the_card() -> None:
    card = full("run-card")
    card["rounds"], card["code"]["digest"] = -1, "0x"
    del card["method"]
    with pytest.raises(InvalidDocument) as refused:
        require_card("run-card", card)
    assert refused.value.facts["fields"] == ["card.code.digest", "card.method", "card.rounds"]


def test_the_edge_writes_a_card_with_the_stewards_statements() -> None:
    card = dataset_card()
    assert {name: card[name] for name in ABOUT} == ABOUT
    assert card["rai:dataCollection"] == "Routine care"
    assert card["rai:dataAnnotationProtocol"] == "Two readers"
    assert card["rai:dataBiases"] == "Error rates by sex"


def test_the_edge_refuses_statements_that_the_schema_does_not_take() -> None:
    with pytest.raises(InvalidDocument) as refused:
        dataset_card({"origin": {"period": {}}})
    assert refused.value.facts["field"] == "card.origin.period"
    with pytest.raises(InvalidField, match="does not take from people"):
        require_about({"sizeClass": "FROM_10", "origin": {}})
    require_about({"origin": {}})
    assert DIGEST not in str(refused.value)
