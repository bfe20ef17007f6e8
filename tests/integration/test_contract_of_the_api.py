"""schemathesis against a running node: no 5xx, no answer outside the published schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ledger_node.localnet import network
from ledger_node.localnet.network import Network

SCHEMATHESIS = str(Path(sys.executable).parent / "schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")


#: Examples of each operation: for CI, and as `make test-api` asks.
SHORT, WHOLE = 6, 30
ROLES = [("hospital-a", "steward"), ("publisher", "publisher"), ("regulator", "auditor"), ("hospital-b", "operator")]
CASES = 5_000  # at least, of each role, in the whole form


@pytest.fixture(scope="module")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Of its own: among what is tried are acts of an authority, such as the suspension of a hospital."""
    started = network.up(tmp_path_factory.mktemp("tried") / "network", chain_id=31_339, block_time=0.5)
    yield started
    network.down(started)


@pytest.mark.parametrize(("slug", "role"), ROLES)
def test_every_answer_is_within_the_schema(consortium: Network, tmp_path: Path, slug: str, role: str) -> None:
    member, whole = consortium.member(slug), os.environ.get("MEDLEDGER_API") == "whole"
    report = tmp_path / "report"
    httpx2.get(f"{member.url}/openapi.json", timeout=120).raise_for_status()  # made when it is first asked for
    command = [
        *(SCHEMATHESIS, "--config-file", str(CONFIG), "run", f"{member.url}/openapi.json"),
        *("-H", f"Authorization: Bearer {member.api_keys[role]}"),
        *("--workers", "1", "--checks", "all", "--max-examples", str(WHOLE if whole else SHORT), "--seed", "1"),
        *("--no-color", "--report", "har", "--report-dir", str(report)),
        *(() if whole or role == "operator" else ("--phases", "examples,fuzzing,stateful")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=7200, cwd=tmp_path)
    assert done.returncode == 0, done.stdout.partition("= FAILURES =")[2][:6000] or done.stdout[-6000:]
    statuses = _statuses(report)
    assert not [status for status in statuses if status >= 500 and status != 503]
    # A run in which nothing succeeded would prove little: keys and bodies must get through.
    assert sum(200 <= status < 300 for status in statuses) > 50
    assert not whole or len(statuses) >= CASES, len(statuses)
    print(f"{role} at {slug}: {len(statuses):,} cases, {_shares(statuses)}")


def _shares(statuses: list[int]) -> str:
    counts = Counter(f"{status // 100}xx" for status in statuses)
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))


def _statuses(report: Path) -> list[int]:
    (file,) = report.glob("har-*.json")
    return [entry["response"]["status"] for entry in json.loads(file.read_text())["log"]["entries"]]
