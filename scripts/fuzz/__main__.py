"""`make fuzz`: every target for some seconds, in processes whose memory and time are bounded.

Exit code 1 for a finding. What was found lies in `build/fuzz/TARGET`, with the inputs that were worth keeping; the next
run begins with those.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from ledger_node.proof.hashing import keccak256
from ledger_node.proof.subject import MODEL_VERSION, Subject
from scripts import venvs
from scripts.fuzz.targets import targets
from tests.unit.proof.story import tag
from tests.unit.proof.test_proof_subjects import made

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
LOCK = "atheris"
MEMORY = 1024  # megabytes
LONGEST = 10  # seconds that one input may take


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    words.add_argument("--seconds", type=int, default=60, help="for each target")
    words.add_argument("--only", action="append", metavar="TARGET")
    given = words.parse_args()
    venv = BUILD / "venv"
    if not venvs.is_current(venv, LOCK):
        venvs.make(venv, LOCK)
    bundle, trust = made(Subject(MODEL_VERSION, tag("import")))
    failed = []
    for name in given.only or targets(bundle, trust):
        print(f"{name} ...", flush=True)
        if _fuzzed(venv, name, bundle, trust, given.seconds):
            failed.append(name)
    print("found something: " + ", ".join(failed) if failed else "nothing found")
    return 1 if failed else 0


def _fuzzed(venv: Path, name: str, bundle: bytes, trust: bytes, seconds: int) -> int:
    folder = BUILD / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    (folder / "bundle.json").write_bytes(bundle)
    (folder / "trust.json").write_bytes(trust)
    for seed, content in _seeds(bundle, trust).items():
        (corpus / seed).write_bytes(content)
    options = [f"-max_total_time={seconds}", f"-rss_limit_mb={MEMORY}", f"-timeout={LONGEST}", "-print_final_stats=1"]
    command = [str(venv / "bin" / "python"), "-m", "scripts.fuzz.run", name]
    files = [str(folder / "bundle.json"), str(folder / "trust.json")]
    done = subprocess.run(
        [*command, *files, *options, f"-artifact_prefix={folder}/", str(corpus)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stderr.splitlines()
    print("\n".join(line for line in lines if done.returncode or line.startswith("stat::")))
    return done.returncode


def _seeds(bundle: bytes, trust: bytes) -> dict[str, bytes]:
    """What a target may begin with, so that it need not find every form by itself."""
    read = json.loads(bundle)
    nodes = [bytes.fromhex(node[2:]) for node in read["proofNodes"]]
    key = keccak256(bytes.fromhex(read["contracts"]["models"][2:]))
    walk = bytes([len(key)]) + key + b"\0" + b"".join(len(node).to_bytes(2, "big") + node for node in nodes)
    header = json.dumps(read["header"]).encode()
    return {"bundle": bundle, "trust": trust, "header": header, "walk": walk, "node": nodes[0]}


if __name__ == "__main__":
    sys.exit(main())
