"""What a node's log may hold: the fields that are listed, and nothing of a stranger's."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from ledger_node.cli.serving import FIELDS, JsonLines

CANARY = "Canary-Maria-Musterfrau-1956"


def line_of(logger: str, message: str, *parts: object, **extra: object) -> dict[str, Any]:
    record = logging.getLogger(logger).makeRecord(logger, logging.INFO, "f", 1, message, parts, None, extra=extra)
    return json.loads(JsonLines().format(record))  # type: ignore[no-any-return]


def test_listed_fields_are_written() -> None:
    line = line_of("ledger_node.x", "settled", submission="one", state="mined", block=7)
    assert (line["message"], line["submission"], line["state"], line["block"]) == ("settled", "one", "mined", 7)


def test_a_field_that_is_not_listed_is_dropped() -> None:
    line = line_of("ledger_node.x", "settled", patient=CANARY, body={"name": CANARY}, submission="one")
    assert CANARY not in json.dumps(line)
    assert line.keys() == {"time", "level", "logger", "message", "submission"}


@pytest.mark.parametrize("field", ["path", "query", "body", "headers", "key", "name", "patient", "cid", "digest"])
def test_no_field_that_could_hold_what_was_sent_is_listed(field: str) -> None:
    assert field not in FIELDS


def test_a_strangers_message_is_cut_before_its_values() -> None:
    assert CANARY not in json.dumps(line_of("urllib3", "GET %s", CANARY))
    assert CANARY not in json.dumps(line_of("uvicorn.error", "x" * 80 + CANARY))


def test_an_exception_is_written_by_its_name_alone() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.getLogger("ledger_node.x").makeRecord(
            "ledger_node.x", logging.ERROR, "f", 1, "failed", (), sys.exc_info()
        )
    line = JsonLines().format(record)
    assert json.loads(line)["exception"] == "ValueError"
    assert CANARY not in line
