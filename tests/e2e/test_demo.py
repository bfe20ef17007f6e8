"""The demo itself, and what can be done with its evidence when everything is stopped."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger_node.errors import EvidenceMalformed
from ledger_node.localnet import network
from ledger_node.proof import Result, verify
from scripts.demo.cards import source_digest
from scripts.demo.commands import MEDLEDGER
from scripts.verifier import FILE

ROOT = Path(__file__).parents[2]
MUTATIONS = 200
PAGE = (ROOT / "docs" / "regulator.md").read_text()
REQUEST = re.compile(r"^(?:curl|medledger) .*$", re.MULTILINE)
OF_THE_DAY = re.compile(r"^\$ (.*)$", re.MULTILINE)
RUNNING = "running until Ctrl-C"  # what the demo says when all is told
QUESTIONS = range(1, 23)

#: Answers by the number of their question; 0 is the list of all.
Answers = dict[int, dict[str, Any]]


class Told(NamedTuple):
    report: dict[str, Any]
    answers: dict[str, Answers]
    day: dict[str, str]


@pytest.fixture(scope="module")
def told() -> Told:
    """The demo's report, after a run of its own, and what its regulator's node answered before it ended."""
    command = [sys.executable, "-u", "-m", "scripts.demo", "--keep"]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, text=True) as demo,
    ):

        def so_far() -> str:
            said.seek(0)
            return said.read()

        try:
            deadline = time.monotonic() + 600
            while RUNNING not in so_far():
                assert demo.poll() is None, so_far()[-4000:]
                assert time.monotonic() < deadline, so_far()[-4000:]
                time.sleep(0.2)
            report = json.loads((ROOT / "build" / "demo" / "report.json").read_text())
            answers, day = asked(report["versionId"]), a_day(report["versionId"])
        finally:
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0, so_far()[-4000:]
    return Told(report, answers, day)


@pytest.fixture(scope="module")
def report(told: Told) -> dict[str, Any]:
    return told.report


def shell(words: str, version: str, **more: str) -> str:
    """What a line of docs/regulator.md prints at the regulator's."""
    network_ = network.Network.load(ROOT / "build" / "demo" / "network")
    (node,) = (member for member in network_.members if member.plan.slug == "regulator")
    key, path = node.api_keys["auditor"], f"{Path(MEDLEDGER).parent}{os.pathsep}{os.environ['PATH']}"
    names = {"NODE": node.url, "KEY": key, "VERSION": version, "MEDLEDGER_NODE": node.url, "MEDLEDGER_KEY": key, **more}
    environment = {**os.environ, **names, "PATH": path}
    done = subprocess.run(["sh", "-c", words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def a_day(version: str) -> dict[str, str]:
    """The lines of the regulator's day, one after the other, in a folder that has the verifier and nothing else."""
    consents = json.loads(shell("medledger consent list --state REVOKED --json", version))["items"]
    (model,) = (ROOT / "build" / "demo").rglob("model.json")
    said: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FILE, folder)
        for line in OF_THE_DAY.findall(PAGE):
            said[line] = shell(f"cd {folder} && {line}", version, CONSENT=consents[0]["id"], MODEL=str(model))
        said["annex-iv.md"] = (Path(folder) / "annex-iv.md").read_text()
    return said


def asked(version: str) -> dict[str, Answers]:
    """Every request of docs/regulator.md, as it stands there, by program and number."""

    def ask(line: str) -> tuple[str, dict[str, Any]]:
        words = f"{line} --json" if line.startswith("medledger") else line
        return line.split()[0], json.loads(shell(words, version))

    lines = [line for line in REQUEST.findall(PAGE) if line.startswith("medledger") or shutil.which("curl")]
    found: dict[str, Answers] = {"curl": {}, "medledger": {}}
    with ThreadPoolExecutor(2) as pool:
        for program, answer in pool.map(ask, lines):
            found[program][answer.get("question", 0)] = answer
    return found


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


def test_the_regulators_day_ends_with_a_checked_answer(told: Told) -> None:
    said = {" ".join(line.split()[:4]): text for line, text in told.day.items()}
    assert said["python medledger-verify.pyz verify evidence.json"].startswith("verified\n")
    assert "REVOKED at the as-of block" in said["python medledger-verify.pyz explain consent.json"]
    assert "registered" in said["python medledger-verify.pyz match evidence.json"]
    assert "proved" in said["annex-iv.md"]


def test_the_regulators_page_goes_through_all_questions(told: Told) -> None:
    titles = {int(number): title for number, title in re.findall(r"^### ([0-9]+)\. (.*)$", PAGE, re.MULTILINE)}
    listed = {one["number"]: one["title"] for one in told.answers["medledger"][0]["items"]}
    assert titles == listed
    assert sorted(titles) == [*QUESTIONS]
    assert set(told.answers["medledger"]) == {0, *QUESTIONS}
    if shutil.which("curl") is not None:
        assert set(told.answers["curl"]) == set(QUESTIONS)


def test_the_regulators_questions_are_answered(told: Told) -> None:
    for program, found in told.answers.items():
        answers = [answer for number, answer in found.items() if number]
        with_facts = [answer["question"] for answer in answers if answer["facts"]]
        assert len(with_facts) >= 19 or (program == "curl" and not answers), program
        for answer in answers:
            for fact in answer["facts"]:
                assert fact["level"] in ("verified", "attested", "asserted"), fact
                assert fact["by"] or fact["level"] == "verified", fact
            assert all(one["what"] and one["why"] for one in answer["missing"])


def test_answers_speak_of_what_the_demo_did(told: Told) -> None:
    def values(number: int, statement: str) -> list[Any]:
        facts = told.answers["medledger"][number]["facts"]
        return [fact["value"] for fact in facts if fact["statement"].startswith(statement)]

    assert [one["subgroups"][0]["group"] for one in values(13, "metric")] == ["Hospital A"] * 3
    assert values(13, "metric: accuracy")[0]["value"] == told.report["accuracy"]
    assert [one["reason"] for one in values(4, "act on the consent")] == ["STEWARD_DECISION"]
    assert len(values(14, "acknowledged the recall")) == 3
    assert [one["coversTheUse"] for one in values(21, "permit")] == [True, True]
    assert values(9, "code digest") == [source_digest()]
    assert values(11, "digest of the run's result")[0]["equalsTheFiles"] is True


def test_demo_leaves_nothing_running(report: dict[str, Any]) -> None:
    left = network.Network.load(ROOT / "build" / "demo" / "network")
    assert not left.engine.running()
    assert not any(handle.running() for handle in left.nodes.values())


def test_evidence_verifies_without_a_network(report: dict[str, Any]) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here, so that a process cannot be cut off")
    files = ["verify", report["evidence"]["path"], "--trust", report["evidence"]["trust"]]
    for program in ([MEDLEDGER, "evidence"], [sys.executable, "-I", "-S", str(FILE)]):
        command = ["unshare", "-rn", *program, *files]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
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
