"""halmos over `tests/contracts/proofs`: properties proved for each entry point, and refuted where a bug is planted.

A proof is a function `check_<entry point>` of a contract there, run in a process of its own with a time limit. Storage
is symbolic: a proof holds for every state that the contracts could be in, reachable or not.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from scripts.analysis import planted, venvs
from scripts.analysis.form import Outcome, Row, ToolError
from scripts.analysis.places import BUILD, ROOT, Late, copy_tree, environment, last_lines, run
from scripts.analysis.planted import Planted

TOOL = "halmos"
FOLDER = "tests/contracts/proofs"
PLANTED = ROOT / FOLDER / "planted.toml"
CONTRACT = "ConsentToken"
# The properties that every entry point must keep, by the contract that proves them.
EVERYWHERE = ("RevocationProofs", "BudgetProofs", "GrantProofs")
LIMIT = 900  # seconds for one proof
SOLVER = "120s"  # for one question to the solver
WORKERS = 2
VERDICTS = {0: "proved", 1: "refuted", 2: "solver timed out", 3: "stuck", 4: "every path reverts", 5: "halmos failed"}


@dataclass(frozen=True, slots=True)
class Proof:
    """The function `check_ENTRY` of `contract`."""

    contract: str
    entry: str

    @property
    def name(self) -> str:
        return f"{self.contract}.{self.entry}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`said` is one of VERDICTS, or says why nothing is known."""

    proof: str
    bug: str | None
    said: str
    seconds: float


def entry_points(abi: Iterable[dict[str, Any]]) -> set[str]:
    """The names of all functions that may write."""
    functions = (entry for entry in abi if entry["type"] == "function")
    return {function["name"] for function in functions if function["stateMutability"] not in ("view", "pure")}


def lacking(proofs: Iterable[Proof], entries: set[str]) -> list[str]:
    """The names of the proofs that are wanted and not there."""
    wanted = {Proof(contract, entry).name for contract in EVERYWHERE for entry in entries}
    return sorted(wanted - {proof.name for proof in proofs})


def read(report: dict[str, Any]) -> str:
    """What halmos's JSON report on one test says."""
    tests = [test for tests in report["test_results"].values() for test in tests]
    if len(tests) != 1:
        return f"halmos ran {len(tests)} tests instead of one"
    [test] = tests
    said = VERDICTS.get(test["exitcode"], f"exit code {test['exitcode']}")
    if said == "proved" and test["num_bounded_loops"]:
        said = "a loop was cut short"
    if said == "refuted" and not any(model["is_valid"] for model in test["models"]):
        said = "refuted by an example that does not hold"
    return said


class Bench:
    """A copy of the tree with build output of its own, for one proof at a time."""

    def __init__(self, place: Path) -> None:
        self.tree = copy_tree(place / "tree", tests=["proofs"])
        stand_in = (self.tree / FOLDER / "base" / "AnyTerms.sol").read_text()
        (self.tree / "contracts" / "libraries" / "TermRules.sol").write_text(
            stand_in.replace("../../../../contracts/", "../")
        )
        self.out = place / "out"
        venv = venvs.ready(TOOL)
        self.program = venv / "bin" / "halmos"
        # halmos keeps solvers in the home, and would fetch one; yices comes with its lock instead.
        self.environment = {**environment(place, profile=TOOL, venv=venv), "HOME": str(place)}

    def build(self) -> None:
        """ToolError when the tree does not compile."""
        ended = run(["forge", "build"], env=self.environment, seconds=LIMIT, cwd=self.tree)
        if ended.returncode != 0:
            raise ToolError(f"the proofs do not compile:\n{last_lines(ended)}")

    def abi(self, contract: str) -> list[dict[str, Any]]:
        """The ABI of a contract that was built."""
        found: list[dict[str, Any]] = json.loads((self.out / f"{contract}.sol" / f"{contract}.json").read_text())["abi"]
        return found

    def settle(self, bug: Planted | None, proofs: Iterable[Proof]) -> list[Verdict]:
        """What halmos says of the proofs, on the source as it is or with `bug` in it."""
        if bug is None:
            return [Verdict(proof.name, None, *self._ask(proof, early_exit=False)) for proof in proofs]
        place = self.tree / bug.file
        sound = place.read_text()
        place.write_text(planted.apply(bug, sound))
        try:
            return [Verdict(proof.name, bug.bug, *self._ask(proof, early_exit=True)) for proof in proofs]
        finally:
            place.write_text(sound)

    def _ask(self, proof: Proof, *, early_exit: bool) -> tuple[str, float]:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            command = [self.program, "--no-status", "--json-output", report, "--forge-build-out", self.out]
            command += ["--solver-timeout-assertion", SOLVER, *(["--early-exit"] if early_exit else [])]
            command += ["--match-contract", f"^{proof.contract}$", "--match-test", rf"^check_{proof.entry}\("]
            try:
                ended = run(command, env=self.environment, seconds=LIMIT, cwd=self.tree)
            except Late as late:
                return str(late), time.monotonic() - began
            if not report.exists():
                return f"halmos did not finish:\n{last_lines(ended)}", time.monotonic() - began
            return read(json.loads(report.read_text())), time.monotonic() - began


def analyse() -> Outcome:
    shared: SimpleQueue[Bench] = SimpleQueue()
    benches = [Bench(BUILD / TOOL / str(number)) for number in range(min(WORKERS, os.cpu_count() or 1))]
    for bench in benches:
        shared.put(bench)
    benches[0].build()
    entries = entry_points(benches[0].abi(CONTRACT))
    proofs = find(benches[0])
    by_name = {proof.name: proof for proof in proofs}
    bugs = planted.read(PLANTED)
    unknown = sorted({name for bug in bugs for name in bug.refutes} - set(by_name))
    if unknown:
        raise ToolError(f"{PLANTED.name} names no such proof: {', '.join(unknown)}")
    for bug in bugs:
        planted.apply(bug, (ROOT / bug.file).read_text())
    tasks: list[tuple[Planted | None, list[Proof]]] = [(None, [proof]) for proof in proofs]
    tasks += [(bug, [by_name[name] for name in bug.refutes]) for bug in bugs]

    def settle(task: tuple[Planted | None, list[Proof]]) -> list[Verdict]:
        bench = shared.get()
        try:
            return bench.settle(*task)
        finally:
            shared.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        return judge(proofs, entries, [verdict for verdicts in pool.map(settle, tasks) for verdict in verdicts])


def find(bench: Bench) -> list[Proof]:
    """The proofs in the Solidity files of the folder; a file is named for its one contract."""
    found = []
    for place in sorted((ROOT / FOLDER).glob("*.sol")):
        functions = [entry["name"] for entry in bench.abi(place.stem) if entry["type"] == "function"]
        found += [Proof(place.stem, name.removeprefix("check_")) for name in functions if name.startswith("check_")]
    return found


def judge(proofs: list[Proof], entries: set[str], verdicts: list[Verdict]) -> Outcome:
    """The outcome of all verdicts: on the sound source (no bug) and on each planted bug."""
    sound = [verdict for verdict in verdicts if verdict.bug is None]
    with_bug = [verdict for verdict in verdicts if verdict.bug is not None]
    proved = [verdict for verdict in sound if verdict.said == "proved"]
    refuted = [verdict for verdict in with_bug if verdict.said == "refuted"]
    tested = {verdict.proof for verdict in with_bug}
    untested = sorted({proof.name for proof in proofs} - tested)
    without = lacking(proofs, entries)
    complaints = [f"{verdict.proof}: {verdict.said}" for verdict in sound if verdict.said != "proved"]
    complaints += [
        f"{verdict.proof} with {verdict.bug!r}: {verdict.said}" for verdict in with_bug if verdict.said != "refuted"
    ]
    complaints += [f"no bug is planted that {name} must refute" for name in untested]
    complaints += [f"no proof of {what}" for what in without]
    rows = [
        Row("proofs", f"{len(proved)} of {len(sound)} proved", "all", bool(sound) and len(proved) == len(sound)),
        Row(
            "planted bugs",
            f"{len(refuted)} of {len(with_bug)} refuted",
            "all",
            bool(refuted) and len(refuted) == len(with_bug),
        ),
        Row("proofs without a planted bug", str(len(untested)), "0", not untested),
        Row(f"entry points of {CONTRACT} without a proof", str(len(without)), "0", not without),
    ]
    record = {
        "verdicts": [
            {"proof": verdict.proof, "bug": verdict.bug, "said": verdict.said, "seconds": verdict.seconds}
            for verdict in verdicts
        ]
    }
    return Outcome(TOOL, rows, complaints, record)
