"""The demo itself, and what can be done with its evidence when everything is stopped."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger_node.errors import EvidenceMalformed
from ledger_node.localnet import network
from ledger_node.proof import Result, verify
from scripts.demo.commands import MEDLEDGER

ROOT = Path(__file__).parents[2]
MUTATIONS = 200


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The demo's report, after a run of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.demo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    content: dict[str, Any] = json.loads((ROOT / "build" / "demo" / "report.json").read_text())
    return content


@pytest.fixture(scope="module")
def evidence(report: dict[str, Any]) -> tuple[bytes, bytes]:
    return (ROOT / report["evidence"]["path"]).read_bytes(), (ROOT / report["evidence"]["trust"]).read_bytes()


def holds(bundle: bytes, trust: bytes) -> bool:
    try:
        return verify(bundle, trust).result is Result.VERIFIED
    except EvidenceMalformed:
        return False


def test_demo_tells_the_truth(report: dict[str, Any]) -> None:
    assert set(report["indexedRows"].values()) == {report["events"]}
    assert len(report["indexedRows"]) == 4
    assert set(report["rebuilt"].values()) == {True}
    assert sorted(report["admittedByVote"]) == ["Hospital B", "Ultrasound Publisher"]
    assert report["accuracy"] > 0.95
    assert report["evidence"]["verified"] is True
    assert report["refusedRound"]["reason"] == "REVOKED"
    assert report["refusedRound"]["nodeReason"] == "REVOKED"
    assert report["refusedRound"]["receiptStatus"] == 0
    assert report["affectedVersions"] == [report["versionId"]]
    assert sorted(report["quarantined"]) == ["ExplVR_BigEnd.dcm", "examples_jpeg2k.dcm", "examples_rgb_color.dcm"]
    assert all(reasons == ["NO_ULTRASOUND_REGIONS"] for reasons in report["quarantined"].values())
    assert len(report["quarantinedAsReceived"]) == 5
    assert set(report["recall"]["acknowledgedBy"]) == {"Hospital A", "Hospital B", "Medical Device Regulator"}
    assert report["recall"]["releaseRefused"] == "ML-0404"
    assert all(report["checks"].values())


def test_demo_leaves_nothing_running(report: dict[str, Any]) -> None:
    left = network.Network.load(ROOT / "build" / "demo" / "network")
    assert not left.engine.running()
    assert not any(handle.running() for handle in left.nodes.values())


def test_evidence_verifies_without_a_network(report: dict[str, Any]) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here, so that a process cannot be cut off")
    command = ["unshare", "-rn", MEDLEDGER, "evidence", "verify", report["evidence"]["path"]]
    done = subprocess.run(
        [*command, "--trust", report["evidence"]["trust"]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_evidence_without_a_trust_file_is_unanchored(report: dict[str, Any]) -> None:
    command = [MEDLEDGER, "evidence", "verify", report["evidence"]["path"], "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["result"] == "unanchored"


def test_any_changed_character_breaks_the_evidence(evidence: tuple[bytes, bytes]) -> None:
    bundle, trust = evidence
    assert holds(bundle, trust)
    chance = random.Random(20261122)
    text = bundle.decode()
    places = list(leaf_places(text))
    for place in chance.sample(places, MUTATIONS):
        changed = chance.choice([c for c in "0123456789abcdefABCDEF" if c != text[place]])
        assert not holds((text[:place] + changed + text[place + 1 :]).encode(), trust), f"character {place}"


def leaf_places(text: str) -> Iterator[int]:
    """The places of all characters inside JSON strings and numbers: digests, nodes, ids, names, values, keys."""
    inside = False
    for place, character in enumerate(text):
        if character == '"' and text[place - 1] != "\\":
            inside = not inside
        elif inside or character.isdigit():
            yield place


def test_bundle_of_another_chain_fails(evidence: tuple[bytes, bytes], tmp_path: Path) -> None:
    """A whole bundle, made by honest nodes of another consortium with the same contracts and members."""
    bundle, trust = evidence
    own = ROOT / "build" / "demo"
    kept = tmp_path / "kept"
    shutil.copytree(own, kept)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.demo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0
        other = (own / "regulator" / "evidence.json").read_bytes()
        other_trust = (own / "regulator" / "trust.json").read_bytes()
    finally:
        shutil.rmtree(own)
        shutil.copytree(kept, own)
    assert holds(other, other_trust)
    assert not holds(other, trust)
    assert not holds(bundle, other_trust)
