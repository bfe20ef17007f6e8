"""Bad input, as people give it, at the real command line against real nodes: a stable code, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger_node.localnet.network import Network
from scripts.demo.commands import MEDLEDGER

CANARY = "Canary-Maria-1956-03-08"
ABSENT = "0x" + "ab" * 32


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    problem: dict[str, Any]


Run = Callable[..., Ended]


@pytest.fixture
def run(consortium: Network, tmp_path: Path) -> Run:
    """Runs a command as Hospital A's steward and returns its exit status and its problem."""
    hospital = consortium.member("hospital-a")

    def call(*arguments: object, key: str | None = None, node: str | None = None) -> Ended:
        environment = {
            **os.environ,
            "MEDLEDGER_NODE": node or hospital.url,
            "MEDLEDGER_KEY": key or hospital.api_keys["steward"],
        }
        command = [MEDLEDGER, *map(str, arguments), "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path, timeout=120
        )
        assert "Traceback" not in done.stderr
        assert CANARY not in done.stdout + done.stderr
        return Ended(done.returncode, json.loads(done.stderr) if done.stderr.strip() else {})

    return call


def table(folder: Path, subject: str, run: Run) -> Path:
    """A prepared table of twelve rows."""
    csv = folder / f"{subject}.csv"
    csv.write_text("size,label\n" + "".join(f"{n}.5,benign\n" for n in range(12)))
    out = folder / subject
    assert run("dataset", "prepare", csv, "--out", out, "--subject", subject, "--title", "A table").status == 0
    return out


def consent(**changed: str) -> list[str]:
    options = {
        "dataset": ABSENT,
        "grantee": "Ultrasound Publisher",
        "permission": "GRU",
        "purpose": "MLTRAINING",
        "operation": "TRAIN",
        "until": "30d",
        "policy": ABSENT,
    } | changed
    return ["consent", "issue", *(part for name, value in options.items() for part in (f"--{name}", value))]


def test_file_that_is_not_dicom(run: Run, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / f"{CANARY}.dcm").write_text(f"not an image of {CANARY}")
    out = tmp_path / "out"
    ended = run("dataset", "prepare", scans, "--out", out, "--subject", "s", "--title", "t")
    assert (ended.status, ended.problem["code"]) == (1, "ML-0110")
    assert ended.problem["counts"] == {"NOT_DICOM": 1}
    assert not out.exists()


def test_empty_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    ended = run("dataset", "prepare", tmp_path / "scans", "--out", tmp_path / "o", "--subject", "s", "--title", "t")
    assert (ended.status, ended.problem["code"]) == (2, "ML-0107")
    assert not (tmp_path / "o").exists()


def test_table_with_an_identifier(run: Run, tmp_path: Path) -> None:
    csv = tmp_path / "t.csv"
    csv.write_text(f"patient_name,label\n{CANARY},benign\n")
    ended = run("dataset", "prepare", csv, "--out", tmp_path / "o", "--subject", "s", "--title", "t")
    assert (ended.status, ended.problem["code"]) == (2, "ML-0112")
    assert not (tmp_path / "o").exists()


def test_manifest_of_another_dataset(run: Run, tmp_path: Path) -> None:
    one, other = table(tmp_path, "one", run), table(tmp_path, "other", run)
    shutil.copy(other / "manifest.parquet", one / "manifest.parquet")
    shutil.copy(other / "manifest.key", one / "manifest.key")
    ended = run("dataset", "register", one)
    assert (ended.status, ended.problem["code"]) == (2, "ML-0108")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"grantee": "Nobody in particular"}, 2, "ML-0302"),
        ({"grantee": "4711"}, 2, "ML-0301"),
        ({"purpose": "MARKETING"}, 2, "ML-0104"),
        ({"operation": "SELL"}, 2, "ML-0104"),
        ({"permission": "ANYTHING"}, 2, "ML-0101"),
        ({"modifier": "NICE"}, 2, "ML-0101"),
        ({"condition": "breast cancer"}, 2, "ML-0101"),
        ({"region": "ATLANTIS"}, 2, "ML-0101"),
        ({"require-option": "113109"}, 2, "ML-0101"),
        ({"epsilon": "0.0000001"}, 2, "ML-0101"),
        ({"project": "ethics vote 114"}, 2, "ML-0102"),
        ({"request": "0x12"}, 2, "ML-0102"),
        ({"from": "2020-01-01", "until": "2020-02-01"}, 2, "ML-0105"),
        ({"until": "9000d"}, 2, "ML-0105"),
        ({"policy": "0x1234"}, 2, "ML-0102"),
        ({"dataset": ABSENT}, 2, "ML-0301"),
    ],
)
def test_consent_that_cannot_be_issued(run: Run, changed: dict[str, str], status: int, code: str) -> None:
    ended = run(*consent(**changed))
    assert (ended.status, ended.problem["code"]) == (status, code)
    assert ended.problem["needed"]


def test_terms_that_contradict_one_another(run: Run, tmp_path: Path) -> None:
    """Each is refused before it is signed, and says which field would have to be another."""
    prepared = table(tmp_path, "contradictory", run)
    assert run("dataset", "register", prepared).status == 0
    dataset = json.loads((prepared / "registration.json").read_text())["dataset"]
    for changed, field in (
        ({"modifier": "NCU", "operation": "COMMERCIALISE"}, "body.operations"),
        ({"modifier": "NMDS"}, "body.operations"),
        ({"modifier": "PS"}, "body.projectRef"),
        ({"permission": "HMB", "purpose": "POARCH"}, "body.purposes"),
        ({"permission": "DS"}, "body.condition"),
        ({"condition": "MONDO:0007254"}, "body.condition"),
    ):
        ended = run(*consent(dataset=dataset, **changed))
        assert (ended.status, ended.problem["code"], ended.problem["field"]) == (2, "ML-0101", field)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("key", "report", "0x1234", "--since", "2026-01-01"), "ML-0101"),
        (("key", "report", "0x" + "12" * 20, "--since", "2999-01-01"), "ML-0105"),
        (("key", "facts", "0x" + "12" * 20), "ML-0301"),
        (("proposal", "open", "thresholds", "--all", "20", "--custodians", "50"), "ML-0101"),
        (("proposal", "open", "suspend-consent", ABSENT, "--reason", "BREACH", "--for", "90d"), "ML-0105"),
        (("proposal", "open", "suspend-consent", ABSENT, "--reason", "BREACH", "--for", "9d"), "ML-0301"),
        (("proposal", "vote", "4711", "--for"), "ML-0301"),
        (("recall", "issue", ABSENT, "--severity", "GRAVE", "--notice", ABSENT), "ML-0101"),
        (("recall", "issue", ABSENT, "--severity", "MINOR", "--notice", ABSENT), "ML-0301"),
        (("acknowledgement", "make", ABSENT), "ML-0301"),
        (("request", "decline", ABSENT, "--reason", "INCOMPLETE"), "ML-0301"),
        (
            ("organisation", "suspend-in-emergency", "4711", "--reason", "DATA_BREACH", "--until", "9d"),
            "ML-0403",
        ),  # it is no regulator
    ],
)
def test_governance_that_cannot_be_done(run: Run, consortium: Network, arguments: tuple[str, ...], code: str) -> None:
    ended = run(*arguments, key=consortium.member("hospital-a").api_keys["operator"])
    assert (ended.status, ended.problem["code"]) == (1 if code == "ML-0403" else 2, code)
    assert ended.problem["needed"]


def test_vote_needs_the_operators_key(run: Run) -> None:
    assert run("proposal", "vote", "1", "--for").problem["code"] == "ML-0202"


def test_unknown_id_and_malformed_id(run: Run) -> None:
    assert run("lineage", ABSENT).problem["code"] == "ML-0301"
    assert run("lineage", "0x12").problem["code"] in ("ML-0102", "ML-0103")


def test_wrong_key_and_wrong_role(run: Run, consortium: Network) -> None:
    assert run("organisation", "list", key="mlk_wrong").problem["code"] == "ML-0201"
    auditor = consortium.member("hospital-a").api_keys["auditor"]
    assert run("consent", "revoke", ABSENT, key=auditor).problem["code"] == "ML-0202"


def test_node_that_is_not_there(run: Run) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        ended = run("organisation", "list", node=f"http://127.0.0.1:{held.getsockname()[1]}")
    assert (ended.status, ended.problem["code"]) == (3, "ML-0903")


def test_port_in_use(run: Run, consortium: Network) -> None:
    ended = run("node", "run", "--config", consortium.member("hospital-a").config)
    assert (ended.status, ended.problem["code"]) == (3, "ML-0902")


def test_chain_that_is_not_there(run: Run, consortium: Network, tmp_path: Path) -> None:
    copied = tmp_path / "node"
    shutil.copytree(consortium.member("publisher").folder, copied)
    (copied / "node.db").unlink()
    shutil.copy(consortium.folder / "deployment.json", tmp_path)  # where its file looks for it
    config = copied / "node.toml"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        free = held.getsockname()[1]
        text = config.read_text().replace(consortium.rpc_url, f"http://127.0.0.1:{free}")
        port = next(line for line in text.splitlines() if line.startswith("port"))
        config.write_text(text.replace(port, "port = 1024"))
        ended = run("node", "run", "--config", config)
    assert (ended.status, ended.problem["code"]) == (3, "ML-0601")
    assert not (copied / "node.db").exists()


def test_another_chain_is_refused(run: Run, consortium: Network, tmp_path: Path) -> None:
    copied = tmp_path / "node"
    shutil.copytree(consortium.member("publisher").folder, copied)
    record = json.loads((consortium.folder / "deployment.json").read_text())
    record["genesis"] = ABSENT
    (tmp_path / "deployment.json").write_text(json.dumps(record))
    config = copied / "node.toml"
    text = config.read_text()
    port = next(line for line in text.splitlines() if line.startswith("port"))
    config.write_text(text.replace(port, "port = 1024"))
    assert run("node", "run", "--config", config).problem["code"] == "ML-0602"
