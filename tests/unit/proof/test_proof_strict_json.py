"""JSON with one spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, strategies

from ledger_node.errors import InvalidDocument
from ledger_node.proof.strict_json import dump_canonical, parse, parse_canonical


def test_parse_canonical_reads_the_one_form() -> None:
    content = '{"a":[1,true,null,"é\\n"],"b":{}}'.encode()
    assert parse_canonical(content, 100) == {"a": [1, True, None, "é\n"], "b": {}}
    assert dump_canonical(parse_canonical(content, 100)) == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b"NaN",
        b"-Infinity",
        b"1.0",
        b"1e3",
        b"1" * 5000,
        b'"\xff"',
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900 + b",",
        b"\xef\xbb\xbf1",
        b"1 2",
    ],
)
def test_parse_refuses_what_reads_in_two_ways(content: bytes) -> None:
    with pytest.raises(InvalidDocument):
        parse(content, 200_000)


@pytest.mark.parametrize(
    "content",
    [
        b'{"b":1,"a":1}',
        b"[1, 2]",
        b"1\n",
        b"-0",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b"9007199254740992",
        b'"\\u000A"',
    ],
)
def test_parse_canonical_refuses_other_forms(content: bytes) -> None:
    parse(content, 100)
    with pytest.raises(InvalidDocument):
        parse_canonical(content, 100)


def test_parse_refuses_more_values_than_memory_should_hold() -> None:
    for part in (b"{},", b"0,", b"[],"):
        with pytest.raises(InvalidDocument, match="too many values"):
            parse(b"[" + part * 2_000_000 + b"0]", 64 * 2**20)


def test_parse_refuses_more_than_the_most() -> None:
    with pytest.raises(InvalidDocument):
        parse(b"[1,2]", 4)


JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-(2**60), 2**60) | strategies.text(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
)


@given(JSON)
def test_the_one_form_is_the_library_s(value: Any) -> None:
    """Keys with characters of two UTF-16 units, controls and numbers beyond 2^53 - 1 are among them."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    try:
        form = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(InvalidDocument):
            parse_canonical(content.encode("utf-8", "surrogatepass"), 10**6)
        return
    assert parse_canonical(form, 10**6) == value
    if content.encode() != form:
        with pytest.raises(InvalidDocument):
            parse_canonical(content.encode(), 10**6)


def test_keys_are_in_the_order_of_utf_16() -> None:
    content = '{"\U0001f600":1,"\uffee":2}'.encode()
    assert list(parse_canonical(content, 100)) == ["\U0001f600", "\uffee"]
    with pytest.raises(InvalidDocument):
        parse_canonical('{"\uffee":2,"\U0001f600":1}'.encode(), 100)
