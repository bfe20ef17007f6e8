"""Who may ask a node that runs: keys that are made, used and revoked meanwhile; to each side its own submissions."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.client import Client
from ledger_node.client.retries import Retries
from ledger_node.errors import MedLedgerError
from tests.integration.pair import CARD, Pair, Side, refused


def api_key(side: Side, *words: str) -> Any:
    command = [
        sys.executable,
        "-m",
        "ledger_node.cli",
        "api-key",
        *words,
        "--config",
        str(side.member.config),
        "--json",
    ]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def asked_with(side: Side, key: str) -> Client:
    return Client(side.member.url, key, retries=Retries(attempts=1))


def test_key_opens_what_it_is_for_until_it_is_revoked(pair: Pair) -> None:
    made = api_key(pair.hospital, "make", "ward app", "--role", "steward", "--only", "datasets", "--only", "node:read")
    with asked_with(pair.hospital, made["key"]) as node:
        node.node.get()
        node.datasets.register(CARD)
        assert codes(refused(lambda: node.node.pause()), refused(lambda: list(node.models.list()))) == [
            "ML-0202",
            "ML-0203",
        ]
        wait_for_last_use(pair.hospital, made["id"])
        api_key(pair.hospital, "revoke", made["id"])
        assert codes(refused(node.node.get)) == ["ML-0201"]


def codes(*errors: MedLedgerError) -> list[str]:
    return [error.code for error in errors]


def wait_for_last_use(side: Side, key: str) -> None:
    deadline = time.monotonic() + 10
    while not any(one["id"] == key and one["lastUsedAt"] for one in api_key(side, "list")["items"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize("role", ["steward", "auditor"])
def test_configured_keys_work_beside(pair: Pair, role: str) -> None:
    with asked_with(pair.hospital, pair.hospital.member.api_keys[role]) as node:
        node.node.get()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=5))
def test_organisation_sees_only_what_it_wrote(pair: Pair, writes: list[tuple[bool, int]]) -> None:
    """Whatever each side writes, in whatever order and also under the same idempotency keys, is its own alone."""
    run, wrote = secrets.token_hex(8), {pair.hospital.number: set[str](), pair.institute.number: set[str]()}
    for at_hospital, key in writes:
        side = pair.hospital if at_hospital else pair.institute
        done = side.node.datasets.register(CARD, idempotency_key=f"{run}-{key}", wait=0)
        wrote[side.number].add(done["id"])
    assert not wrote[pair.hospital.number] & wrote[pair.institute.number]
    for side, other in ((pair.hospital, pair.institute), (pair.institute, pair.hospital)):
        listed = {one["id"] for one in side.node.submissions.list(limit=200).items}
        assert wrote[side.number] <= listed
        assert not wrote[other.number] & listed
        for submission in wrote[other.number]:
            with asked_with(side, side.member.api_keys["operator"]) as node:
                lookups = (node.submissions.get, node.submissions.cancel, node.submissions.resend)
                assert {refused(partial(look, submission)).code for look in lookups} == {"ML-0301"}


def test_regulators_reads_are_on_record_and_others_are_not(pair: Pair) -> None:
    dataset = pair.dataset(pair.hospital)
    for side in (pair.hospital, pair.institute):
        with asked_with(side, side.member.api_keys["auditor"]) as auditor:
            read = auditor.datasets.get(dataset)
            found = auditor.node.reads(limit=1).items
        if side is pair.hospital:
            assert found == []
        else:
            (found,) = found
            assert (found["operation"], found["subject"]) == ("get_dataset", dataset)
            assert (found["asOfBlock"], found["caller"].split()[-1]) == (read["asOfBlock"], "configured")
