"""Thousands of broken files: each has one outcome, none hurts more than itself, and nobody is named.

5,000 files always, 50,000 with MEDLEDGER_FAULTS=whole; MEDLEDGER_FUZZ_SEED takes others than usual.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger_node.edge import deidentified
from ledger_node.edge.quarantine import Quarantine
from tests.unit.edge.fuzz import corpus
from tests.unit.edge.fuzz.mutating import CANARY

pytestmark = [pytest.mark.slow, pytest.mark.faults]

COUNT = 50_000 if os.environ.get("MEDLEDGER_FAULTS") == "whole" else 5_000
SEED = int(os.environ.get("MEDLEDGER_FUZZ_SEED", "2026"))
ROOT = Path(__file__).parents[4]


@dataclass(frozen=True, slots=True)
class Ran:
    """A folder of broken files, what was made of it, and what the process said."""

    names: frozenset[str]
    out: Path
    told: dict[str, Any]
    said: bytes


def run(place: Path, seed: int, count: int) -> Ran:
    source, out = place / "in", place / "out"
    for folder in (source, out, place / "work"):
        folder.mkdir()
    corpus.written(source, seed, count, place / "work")
    words = [sys.executable, "-m", "tests.unit.edge.fuzz.running", str(source), str(out)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    told = json.loads((out / "outcomes.json").read_bytes())
    return Ran(frozenset(os.listdir(source)), out, told, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("fuzz"), SEED, COUNT)


def test_every_file_has_one_outcome(ran: Ran) -> None:
    told = ran.told
    assert len(ran.names) == COUNT
    for quarantined, taken in ((told["cleaned"], told["written"]), (told["prepared"], told["records"])):
        assert quarantined.keys() <= ran.names
        assert len(quarantined) + taken == COUNT
        assert all(quarantined.values())
        assert {reason for reasons in quarantined.values() for reason in reasons} <= set(Quarantine)
    assert len(list((ran.out / "copies").glob("*.dcm"))) == told["written"] > 5
    assert told["records"] > 1
    taken_at_all = deidentified.load(ran.out / "copies")
    assert taken_at_all is not None
    assert len(taken_at_all.records) == told["written"]


def test_files_that_break_their_child_do_not_stop_the_rest(ran: Ran) -> None:
    assert ran.told["children"] > 4  # two are started anyway
    bomb = next(name for name in ran.names if "-bomb-" in name)
    assert ran.told["cleaned"][bomb] == ran.told["prepared"][bomb] == [Quarantine.UNREADABLE]


def test_the_parent_stays_small(ran: Ran) -> None:
    assert ran.told["peak"] < 1 << 30


def test_nobody_is_named(ran: Ran) -> None:
    assert ran.said == b""
    public = [ran.out / "version" / name for name in ("card.json", "attestation.json", "datasheet.md")]
    run = deidentified.load(ran.out / "copies")
    assert run is not None
    contents = [json.dumps(run.account).encode(), *(path.read_bytes() for path in public)]
    contents += [path.read_bytes() for path in (ran.out / "copies").glob("*.dcm")]
    for word in (CANARY, CANARY[::-1]):
        for content in contents:
            assert word.encode() not in content
            assert word.encode("utf-16-le") not in content


def test_one_seed_has_one_corpus_and_one_outcome(tmp_path: Path) -> None:
    made, outcomes = [], []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        ran = run(tmp_path / name, 7, 400)
        files = sorted((tmp_path / name / "in").iterdir())
        made.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
        outcomes.append({part: ran.told[part] for part in ("cleaned", "written", "prepared", "records")})
    assert made[0] == made[1]
    assert outcomes[0] == outcomes[1]
