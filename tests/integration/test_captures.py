"""Evidence outlives the engine: what was captured is given byte for byte when the engine proves nothing any more."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.client import Client, Input
from ledger_node.domain.codes import Operation, StateReason
from ledger_node.errors import EvidenceUnavailable
from ledger_node.localnet.nodes import wait_until_ready
from ledger_node.localnet.processes import free_port, start, stop_all
from ledger_node.proof import Result, verify
from tests.faults.proxy import BadLine, bad_line
from tests.integration.pair import Pair, refused, terms

TABLES = ("capture", "captured_block", "proof_node", "capture_due")


class Engine:
    """The chain's engine behind a door: while it is forgetful, it proves nothing."""

    def __init__(self, line: BadLine) -> None:
        self._ask = line.ask
        self.forgetful = False
        self.refused = 0

    def ask(self, body: bytes) -> bytes:
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        if not self.forgetful or calls[0]["method"] != "eth_getProof":
            return self._ask(body)
        self.refused += 1
        said = {"code": -32000, "message": "missing trie node"}
        return json.dumps([{"jsonrpc": "2.0", "id": one["id"], "error": said} for one in calls]).encode()


@dataclass
class Observer:
    """The institute's second node, with a store of its own."""

    url: str
    key: str
    store: Path
    engine: Engine
    node: Client

    def bundle(self, version: str, as_of: int | None = None) -> bytes:
        return self.node.versions.evidence(version, as_of=as_of)

    def captured(self, version: str, as_of: int) -> list[int]:
        """The blocks of captures next to a block."""
        self.engine.forgetful = True
        failure = refused(lambda: self.bundle(version, as_of))
        self.engine.forgetful = False
        assert isinstance(failure, EvidenceUnavailable)
        return [int(one) for one in failure.facts["captured"]]

    def next_block(self) -> int:
        """A block that the node has read since, so that nothing was captured at it."""
        before, deadline = self.node.node.get()["asOfBlock"], time.monotonic() + 30
        while (block := self.node.node.get()["asOfBlock"]) == before:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return block

    def settled(self, bundles: int) -> dict[str, Any]:
        """Until there are so many and none waits."""
        deadline = time.monotonic() + 30
        while True:
            found = self.node.node.captures()
            if (found["captures"], found["waiting"]) == (bundles, 0):
                return dict(found)
            assert time.monotonic() < deadline, found
            time.sleep(0.1)

    def command(self, *words: str) -> tuple[int, dict[str, Any]]:
        given = {"MEDLEDGER_NODE": self.url, "MEDLEDGER_KEY": self.key}
        result = CliRunner(env=given).invoke(app, [*words, "--json"])
        return result.exit_code, json.loads(result.stdout)

    def lose_captures(self) -> None:
        with closing(sqlite3.connect(self.store, timeout=10)) as connection, connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM local_{table}")


@pytest.fixture(scope="module")
def version(pair: Pair) -> str:
    dataset, model = pair.dataset(pair.hospital), pair.model()
    consent = pair.consent(terms(dataset, pair.institute))
    return pair.version(model, Input(dataset, 1, consent, Operation.TRAIN))


@pytest.fixture(scope="module")
def observer(pair: Pair, version: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observer]:
    member, store = pair.institute.member, tmp_path_factory.mktemp("observer") / "node.db"
    with bad_line(pair.network.rpc_url, 0.0) as (url, line):
        engine = Engine(line)
        line.ask = engine.ask  # type: ignore[method-assign]
        other = replace(member, port=free_port())
        content = member.config.read_text().replace(f"port = {member.port}\n", f"port = {other.port}\n")
        content = content.replace(f'rpc_url = "{pair.network.rpc_url}"', f'rpc_url = "{url}"')
        lines = [line for line in content.splitlines() if not line.startswith("database = ")]
        config = member.folder / "observer.toml"
        config.write_text("\n".join([f'database = "sqlite:///{store}"', *lines]) + "\n")
        command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(config)]
        handle = start(command, store.parent / "node.log")
        try:
            wait_until_ready(other, handle)
            key = member.api_keys["operator"]
            with Client(other.url, key, timeout=30) as node:
                yield Observer(other.url, key, store, engine, node)
        finally:
            stop_all([handle])


def test_bundle_of_an_engine_that_has_forgotten(pair: Pair, observer: Observer, version: str) -> None:
    versions = len(list(observer.node.versions.all()))
    observer.settled(versions)
    (block,) = observer.captured(version, observer.next_block())
    made = observer.bundle(version, block)
    observer.engine.forgetful, before = True, observer.engine.refused
    assert observer.bundle(version, block) == made
    assert observer.engine.refused > before  # the engine was asked first
    observer.engine.forgetful = False
    report = verify(made, None)
    assert report.result is Result.UNANCHORED, report

    # Its consent ends: the version is captured anew, and the first capture stays.
    lineage = observer.node.versions.lineage(version)
    (consent,) = [one["id"] for one in lineage["nodes"] if one["kind"] == "consent"]
    ended = pair.done(pair.hospital.node.consents.revoke(consent, StateReason.PERMIT_ENDED))["block"]
    assert ended is not None
    observer.settled(versions + 1)
    (former, newer) = observer.captured(version, ended - 1)
    assert former == block
    assert newer >= ended
    later = observer.bundle(version, newer)
    observer.engine.forgetful = True
    assert (observer.bundle(version, block), observer.bundle(version, newer)) == (made, later)
    observer.engine.forgetful = False
    assert observer.node.node.fsck()["clean"]


def test_lost_captures_are_filled_once_the_engine_proves_again(observer: Observer, version: str) -> None:
    versions = len(list(observer.node.versions.all()))
    observer.lose_captures()
    status, found = observer.command("evidence", "capture")
    assert (status, found["captures"], found["nodes"], found["size"]) == (0, 0, 0, 0)

    observer.engine.forgetful = True
    status, found = observer.command("evidence", "capture", "--fill")
    assert (status, found["captures"], found["failing"]) == (1, 0, versions)
    assert {one["reason"] for one in found["missing"]} == {EvidenceUnavailable.code}

    observer.engine.forgetful = False
    status, found = observer.command("evidence", "capture", "--fill")
    assert (status, found["captures"], found["waiting"]) == (0, versions, 0)
    (block,) = observer.captured(version, observer.next_block())
    made = observer.bundle(version, block)
    observer.engine.forgetful = True
    assert observer.bundle(version, block) == made
    observer.engine.forgetful = False
