"""The canonical form of FHIR records: its vectors, RFC 8785 as oracle, and the decimals in which it departs from it."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.edge.fhir.canonical import canonical, record_digest
from ledger_node.edge.fhir.parsing import LARGEST_RESOURCE, Broken, parse, resource_of
from ledger_node.edge.quarantine import Quarantine
from tests.unit.edge.fhir.resources import alanine, changed, pressure, ultrasound

VECTORS = [
    (
        '{ "status": "final", "resourceType": "Observation", "id": "a" }',
        '{"id":"a","resourceType":"Observation","status":"final"}',
        "0a03bf885c7a2d67bd3dc78c3ba92c17a3e4a7e47f7168abf4a6888eb9149a0c",
    ),
    (
        '{"resourceType":"Observation","id":"a","meta":{"versionId":"7","lastUpdated":"2026-01-02T03:04:05Z"},'
        '"text":{"status":"generated","div":"<div/>"},"code":{"text":"kept"}}',
        '{"code":{"text":"kept"},"id":"a","resourceType":"Observation"}',
        "",
    ),
    (
        '{"resourceType":"Observation","valueQuantity":{"value":1.00}}',
        '{"resourceType":"Observation","valueQuantity":{"value":1.00}}',
        "",
    ),
    (
        '{"resourceType":"Observation","valueQuantity":{"value":1.00e2},"x":[1e2,0.0000001,-5,1.5E-1]}',
        '{"resourceType":"Observation","valueQuantity":{"value":100},"x":[1E+2,1E-7,-5,0.15]}',
        "",
    ),
    (
        '{"resourceType":"X","\\ufb01":1,"\\ud83d\\ude00":2,"\\u20ac":"\\u000f\\n\\u00f6\\/"}',
        '{"resourceType":"X","€":"\\u000f\\nö/","😀":2,"ﬁ":1}',
        "",
    ),
]


@pytest.mark.parametrize(("spelled", "form", "digest"), VECTORS)
def test_canonical_vectors(spelled: str, form: str, digest: str) -> None:
    resource = parse(spelled.encode())
    assert canonical(resource).decode() == form
    assert record_digest(resource) == hashlib.sha256(form.encode()).digest()
    assert record_digest(resource).hex().startswith(digest)


def test_precision_is_part_of_a_record() -> None:
    digests = {record_digest(parse(f'{{"resourceType":"X","v":{v}}}'.encode())) for v in ("1", "1.0", "1.00", "1.000")}
    assert len(digests) == 4
    assert record_digest(parse(b'{"resourceType":"X","v":1.50e1}')) == record_digest(
        parse(b'{"resourceType":"X","v":15.0}')
    )


@pytest.mark.parametrize("resource", [alanine(), pressure(), ultrasound(), ultrasound("R5")])
def test_order_spaces_escapes_and_servers_do_not_count(resource: dict[str, Any]) -> None:
    plain = record_digest(parse(json.dumps(resource).encode()))
    moved = changed(resource, "meta.versionId", "99")
    moved["text"] = {"status": "generated", "div": "<div>…</div>"}
    spelled = json.dumps(dict(reversed(moved.items())), indent=3, ensure_ascii=False).replace("final", "fin\\u0061l")
    assert record_digest(parse(spelled.encode())) == plain
    assert record_digest(parse(json.dumps(changed(resource, "status", "unknown")).encode())) != plain


def exact(value: Any) -> Any:
    """With ints as the parser gives them."""
    if isinstance(value, dict):
        return {name: exact(content) for name, content in value.items()}
    if isinstance(value, list):
        return [exact(content) for content in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXT.filter(lambda name: name not in ("resourceType", "meta", "text")), TREES, max_size=5))
def test_canonical_is_rfc_8785_where_there_are_no_decimals(tree: dict[str, Any]) -> None:
    assert canonical(exact(tree)) == rfc8785.dumps(tree)
    assert canonical(parse(canonical(exact(tree)))) == canonical(exact(tree))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_canonical_reads_back_any_decimal(value: Decimal) -> None:
    again = parse(canonical({"v": value}))["v"]
    assert (again, again.as_tuple()) == (value, value.as_tuple())


SECRET = "JaneDoe1970"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Quarantine.NOT_FHIR),
        (b"[]", Quarantine.NOT_FHIR),
        (b'"' + SECRET.encode() + b'"', Quarantine.NOT_FHIR),
        (b'{"id":"' + SECRET.encode() + b'"}', Quarantine.NOT_FHIR),
        (b'{"resourceType":["Observation"]}', Quarantine.NOT_FHIR),
        (b'{"resourceType":"Observation"', Quarantine.NOT_FHIR),
        (b'{"resourceType":"Observation"} x', Quarantine.NOT_FHIR),
        (b"\xef\xbb\xbf{}", Quarantine.NOT_FHIR),
        (b'{"resourceType":"Observation","id":"\xff"}', Quarantine.INVALID_UTF8),
        (b'{"resourceType":"Observation","id":"a","id":"b"}', Quarantine.DUPLICATE_KEY),
        (b'{"resourceType":"Observation","code":{"a":1,"\\u0061":1}}', Quarantine.DUPLICATE_KEY),
        (b'{"resourceType":"Observation","v":NaN}', Quarantine.INVALID_NUMBER),
        (b'{"resourceType":"Observation","v":-Infinity}', Quarantine.INVALID_NUMBER),
        (b'{"resourceType":"Observation","v":1e9999}', Quarantine.INVALID_NUMBER),
        (b'{"resourceType":"Observation","v":' + b"9" * 5_000 + b"}", Quarantine.INVALID_NUMBER),
        (b'{"resourceType":"Observation","v":' + b"[" * 100_000, Quarantine.TOO_DEEP),
        (b" " * (LARGEST_RESOURCE + 1), Quarantine.TOO_LARGE),
    ],
)
def test_parse_says_why_and_never_what(content: bytes, reason: Quarantine) -> None:
    with pytest.raises(Broken) as broken:
        resource_of(parse(content))
    assert broken.value.reason is reason
    assert SECRET not in str(broken.value)


def test_a_lone_surrogate_has_no_canonical_form() -> None:
    with pytest.raises(Broken) as broken:
        canonical(parse(b'{"resourceType":"X","id":"\\ud800"}'))
    assert broken.value.reason is Quarantine.INVALID_UTF8
