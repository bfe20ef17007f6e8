"""A check of a node whose documents are in Kubo, in a swarm with another: what one lost the other has."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger_node.blobs.kubo import KuboBlobs
from ledger_node.cli.app import app
from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM, Member
from ledger_node.localnet.network import Network
from ledger_node.ports import Held
from ledger_node.proof.cid import cid_of_digest
from ledger_node.proof.hashing import parse_hex
from tests.engines import engine

pytestmark = [pytest.mark.engines, pytest.mark.slow]

CHAIN_ID = 31_364


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    engine("ipfs")
    folder = tmp_path_factory.mktemp("kept") / "network"
    started = network.up(folder, chain_id=CHAIN_ID, block_time=0.2, blobs="kubo", plans=CONSORTIUM[:2])
    yield started
    network.down(started)


@pytest.fixture
def hospital(small: Network) -> Member:
    return small.member("hospital-a")


@pytest.fixture
def node(hospital: Member) -> Iterator[Client]:
    with Client(hospital.url, hospital.api_keys["operator"]) as opened:
        yield opened


@pytest.fixture
def kubo(small: Network) -> Iterator[KuboBlobs]:
    """The hospital's own."""
    assert small.swarm is not None
    with closing(KuboBlobs(small.swarm.address("hospital-a"), timeout=20)) as opened:
        yield opened


def medledger(member: Member, *words: str) -> tuple[int, Any]:
    asked = {"MEDLEDGER_NODE": member.url, "MEDLEDGER_KEY": member.api_keys["operator"]}
    done = CliRunner().invoke(app, [*words, "--json"], env=asked)
    return done.exit_code, json.loads(done.stdout)


def findings(member: Member, *words: str) -> list[tuple[str, str, bool]]:
    _, answer = medledger(member, "fsck", *words)
    return [(one["code"], one["subject"], one["repaired"]) for one in answer["findings"]]


def age(member: Member, cid: str) -> None:
    """As if it had been accepted long ago."""
    with closing(sqlite3.connect(member.folder / "node.db", timeout=10)) as database, database:
        assert database.execute("UPDATE local_pin SET queued_at = 1 WHERE cid = ?", (cid,)).rowcount == 1


def until_pinned(kubo: KuboBlobs, *cids: str) -> None:
    deadline = time.monotonic() + 20
    while not all(map(kubo.has, cids)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def card_of(node: Client, title: str) -> str:
    made = node.datasets.register(Document({"title": title}))
    return str(node.datasets.get(made["outcome"]["dataset"])["cardDigest"])  # type: ignore[index]


def test_lost_document_is_fetched_from_another_organisation(
    small: Network, hospital: Member, node: Client, kubo: KuboBlobs
) -> None:
    card = card_of(node, "A dataset to check")
    cid = cid_of_digest(parse_hex(card, 32))
    until_pinned(kubo, cid)
    regulator = small.member("regulator")
    with Client(regulator.url, regulator.api_keys["operator"]) as other:
        content = other.blobs.get(card)  # through the swarm; the regulator's daemon keeps what it read
    assert findings(hospital) == []

    kubo.remove([Held(cid, None, None)])
    assert findings(hospital) == [("document-absent", card, False)]
    assert findings(hospital, "--repair") == [("document-absent", card, True)]
    assert findings(hospital) == []
    assert kubo.has(cid)
    assert kubo.get(cid) == content


def test_gc_removes_only_what_no_organisation_named(hospital: Member, node: Client, kubo: KuboBlobs) -> None:
    card = card_of(node, "A dataset to keep")
    loose = node.blobs.put(b'{"title":"nobody names this"}')["digest"]
    kept, unwanted = (cid_of_digest(parse_hex(digest, 32)) for digest in (card, loose))
    until_pinned(kubo, kept, unwanted)
    for cid in (kept, unwanted):
        age(hospital, cid)
    status, counted = medledger(hospital, "blobs", "gc")
    assert (status, counted["unwanted"], counted["removed"]) == (0, 1, 0)
    assert medledger(hospital, "blobs", "gc", "--remove")[1]["removed"] == 1
    assert kubo.has(kept)
    assert not kubo.has(unwanted)
    assert findings(hospital) == []
