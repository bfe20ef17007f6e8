"""A check of a real node by its command line: in order, with faults planted, repaired."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.proof.cid import cid_of_digest
from ledger_node.proof.hashing import parse_hex


class Desk:
    """An operator of a node whose store and documents lie in folders that a fault can reach."""

    def __init__(self, network: Network, member: Member) -> None:
        self.client = Client(member.url, member.api_keys["operator"])
        self._member = member
        self._documents = network.folder / "blobs"

    def call(self, *words: str) -> tuple[int, Any]:
        environment = {
            **os.environ,
            "MEDLEDGER_NODE": self._member.url,
            "MEDLEDGER_KEY": self._member.api_keys["operator"],
        }
        command = [sys.executable, "-m", "ledger_node.cli", *words, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    def codes(self, *words: str) -> tuple[int, list[tuple[str, str, bool]]]:
        status, answer = self.call("fsck", *words)
        return status, [(one["code"], one["subject"], one["repaired"]) for one in answer["findings"]]

    def sql(self, statement: str, *values: object) -> None:
        connection = sqlite3.connect(self._member.folder / "node.db", timeout=10)
        with connection:
            assert connection.execute(statement, values).rowcount == 1
        connection.close()

    def place_of(self, digest: str) -> Path:
        cid = cid_of_digest(parse_hex(digest, 32))
        return self._documents / cid[-2:] / cid


@pytest.fixture
def desk(consortium: Network) -> Iterator[Desk]:
    made = Desk(consortium, consortium.member("hospital-b"))
    yield made
    made.client.close()


def test_fsck_finds_and_repairs_what_was_planted(desk: Desk) -> None:
    made = desk.client.datasets.register(Document({"title": "A dataset to check"}))
    dataset = desk.client.datasets.get(made["outcome"]["dataset"])  # type: ignore[index]
    assert desk.codes() == (0, [])
    card = dataset["cardDigest"]
    place = desk.place_of(card)
    content = place.read_bytes()
    place.unlink()
    desk.sql("UPDATE index_dataset SET number = 99 WHERE id = ?", dataset["id"])
    desk.sql("UPDATE local_submission SET status = 0 WHERE id = ?", made["id"])
    wanted = [
        ("index-rows-differ", "dataset"),
        ("submission-outcome-differs", made["id"]),
        ("document-absent", card),
    ]
    assert desk.codes() == (1, [(*one, False) for one in wanted])
    # The index and the outcome follow from the chain; a folder has nobody to ask for a document.
    assert desk.codes("--repair") == (1, [(*wanted[0], True), (*wanted[1], True), (*wanted[2], False)])
    assert desk.codes() == (1, [(*wanted[2], False)])
    place.write_bytes(b"{}")
    assert desk.codes() == (1, [("document-corrupt", card, False)])
    desk.client.blobs.put(content)
    assert desk.codes("--repair")[0] == 0
    assert desk.codes() == (0, [])
    assert desk.client.datasets.get(dataset["id"])["number"] == dataset["number"]


def test_gc_removes_only_what_no_organisation_named(desk: Desk) -> None:
    made = desk.client.datasets.register(Document({"title": "A dataset to keep"}))
    card = desk.client.datasets.get(made["outcome"]["dataset"])["cardDigest"]  # type: ignore[index]
    loose = desk.client.blobs.put(b'{"title":"nobody names this"}')["digest"]
    assert desk.codes() == (0, [])  # by now both are in the folder
    while not desk.place_of(loose).exists():
        pass
    for digest in (card, loose):
        os.utime(desk.place_of(digest), (1, 1))
    desk.sql("UPDATE local_pin SET queued_at = 1 WHERE cid = ?", cid_of_digest(parse_hex(loose, 32)))
    status, counted = desk.call("blobs", "gc")
    assert (status, counted["unwanted"], counted["removed"]) == (0, 1, 0)
    assert desk.call("blobs", "gc", "--remove")[1]["removed"] == 1
    assert desk.place_of(card).exists()
    assert not desk.place_of(loose).exists()
    assert desk.codes() == (0, [])
