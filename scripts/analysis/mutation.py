"""Mutation testing: a seeded sample of small changes of the contracts, each of which a test must notice.

Each mutant is written into a copy of the tree and tested there, first by the tests nearest to it, then by all. One that
does not compile does not count. One on which the tests do not end in their time, twice, is not killed either: gas ends
every loop, so it says something of the machine and nothing of the tests.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

from scripts.analysis import mutants, reasons, syntax
from scripts.analysis.form import Outcome, Row, ToolError
from scripts.analysis.mutants import Mutant
from scripts.analysis.places import BUILD, ROOT, TESTS, Late, copy_tree, environment, last_lines, run

TOOL = "mutation"
CONTRACTS = ("ConsentToken", "TrainingLog", "Consortium")
EQUIVALENT = ROOT / TESTS / "mutation" / "equivalent.toml"
FIELDS = ("file", "of", "code", "before", "after")
SAMPLE = 220  # mutants that compile
LEAST_KILLED = 90  # percent
WORKERS = 2
# The folders of tests nearest to a file, by the beginning of its path; all tests follow for what these do not kill.
NEAREST = {
    "contracts/ConsentToken": "consents",
    "contracts/TrainingLog": "training",
    "contracts/Consortium": "consortium",
    "contracts/parts/AccessRequests": "consents",
    "contracts/parts/BoundToken": "consents",
    "contracts/parts/Organisations": "consortium",
    "contracts/libraries/": "libraries",
}


ALL = "all"
# The invariants find by luck what they find: whether a mutant lives must not hang on that.
LEFT_OUT = ("proofs", "mutation", "invariants")


@dataclass(frozen=True, slots=True)
class Result:
    """`fate` is killed, survived, late (the tests did not end) or stillborn (it does not compile); `by` which tests."""

    mutant: Mutant
    fate: str
    by: str
    seconds: float


class Copy:
    """A copy of the tree with all tests or those of one folder, and build output of its own.

    Whole trees, because forge chooses tests by name only after it compiled them all, and because it replaces `new` in
    tests by a look-up, which spares their compiling, only below the one folder of tests.
    """

    def __init__(self, place: Path, folder: str) -> None:
        there = [part.name for part in (ROOT / TESTS).iterdir() if part.name not in LEFT_OUT]
        parts = there if folder == ALL else [part for part in there if part in ("base", folder)]
        self.tree = copy_tree(place / folder / "tree", tests=parts)
        self.environment = environment(place / folder, profile=TOOL)
        self.limit = 1800.0

    def warm(self) -> None:
        """Compiles, and measures the sound source; ToolError when a test fails on it."""
        for _ in range(2):
            began = time.monotonic()
            if self.test() != "survived":
                raise ToolError("a test fails on the sound source; try `FOUNDRY_PROFILE=mutation forge test`")
        # Compiling the change and other work on the machine are not in what was measured.
        self.limit = 60 + 10 * (time.monotonic() - began)

    def try_out(self, mutant: Mutant) -> str:
        """What becomes of one mutant here."""
        place = self.tree / mutant.file
        sound = place.read_bytes()
        place.write_bytes(mutant.apply(sound))
        try:
            fate = self.test()
            return self.test() if fate == "late" else fate
        finally:
            place.write_bytes(sound)

    def test(self) -> str:
        """The fate of what is in the tree now."""
        # What a former mutant failed on must not be tried first on this one.
        shutil.rmtree(self.tree / "build", ignore_errors=True)
        try:
            ended = run(["forge", "test", "--fail-fast"], env=self.environment, seconds=self.limit, cwd=self.tree)
        except Late:
            return "late"
        if ended.returncode == 0 and ", 0 failed" in ended.stdout:
            return "survived"
        if "[FAIL" in ended.stdout:
            return "killed"
        if "Compiler run failed" in ended.stdout + ended.stderr:
            return "stillborn"
        raise ToolError(f"forge test ended with {ended.returncode} and no test that failed:\n{last_lines(ended)}")


class Bench:
    """Copies for one mutant at a time."""

    def __init__(self, place: Path, folders: Iterable[str]) -> None:
        self.copies = {folder: Copy(place, folder) for folder in folders}

    def warm(self) -> None:
        for copy in self.copies.values():
            copy.warm()

    def try_out(self, mutant: Mutant) -> Result:
        """What becomes of one mutant, first by the tests nearest to it, then by all."""
        began = time.monotonic()
        by = nearest(mutant.file)
        fate = self.copies[by].try_out(mutant)
        if fate == "survived" and by != ALL:
            by = ALL
            fate = self.copies[by].try_out(mutant)
        return Result(mutant, fate, by, round(time.monotonic() - began, 1))


def nearest(file: str) -> str:
    """The folder of tests to try first on a mutant of `file`."""
    for beginning, folder in NEAREST.items():
        if file.startswith(beginning) and (ROOT / TESTS / folder).is_dir():
            return folder
    return ALL


def candidates() -> list[Mutant]:
    """All mutants of the contracts and of what they inherit and inline, in the order in which they are drawn."""
    trees = syntax.trees(ROOT)
    enums = mutants.enums_of(trees)
    files = sorted(syntax.reached(trees, [f"contracts/{name}.sol" for name in CONTRACTS]))
    found = [
        mutant for file in files for mutant in mutants.mutants_of(file, (ROOT / file).read_bytes(), trees[file], enums)
    ]
    return mutants.drawn(found)


def analyse() -> Outcome:
    drawn = candidates()
    folders = sorted({nearest(mutant.file) for mutant in drawn} | {ALL})
    benches = [Bench(BUILD / TOOL / str(number), folders) for number in range(min(WORKERS, os.cpu_count() or 1))]
    with ThreadPoolExecutor(len(benches)) as pool:
        list(pool.map(Bench.warm, benches))
    results: list[Result] = []
    left = iter(drawn)
    while (wanted := SAMPLE - sum(result.fate != "stillborn" for result in results)) > 0:
        # By file: to go from one to another compiles both.
        more = sorted([mutant for mutant, _ in zip(left, range(wanted), strict=False)], key=lambda one: one.file)
        if not more:
            break
        results += try_all(benches, more)
    for folder in folders:
        tried = [result for result in results if nearest(result.mutant.file) == folder]
        if len(tried) > 4 and not any(result.by == folder and result.fate == "killed" for result in tried):
            raise ToolError(
                f"the tests of {folder!r} kill none of {len(tried)} mutants: do they test the change at all?"
            )
    return judge(drawn, results)


def try_all(benches: list[Bench], chosen: list[Mutant]) -> Iterator[Result]:
    """The results of `chosen`, tried on all benches at once."""
    shared: SimpleQueue[Bench] = SimpleQueue()
    for bench in benches:
        shared.put(bench)

    def attempt(mutant: Mutant) -> Result:
        bench = shared.get()
        try:
            return bench.try_out(mutant)
        finally:
            shared.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        for number, result in enumerate(pool.map(attempt, chosen), 1):
            if number % 20 == 0:
                print(f"{TOOL}: {number} of {len(chosen)} tried", flush=True)
            yield result


def key_of(mutant: Mutant) -> tuple[str, ...]:
    return (mutant.file, mutant.of, mutant.code, mutant.before, mutant.after)


def judge(drawn: list[Mutant], results: list[Result]) -> Outcome:
    """The outcome of the tried mutants. An equivalent one counts as a survivor in the score: nothing flatters it."""
    fates = Counter(result.fate for result in results)
    compiled = len(results) - fates["stillborn"]
    killed = fates["killed"]
    survivors = [result.mutant for result in results if result.fate in ("survived", "late")]
    excused = reasons.read(EQUIVALENT, "equivalent", FIELDS)
    known = reasons.judge([key_of(mutant) for mutant in survivors], excused)
    gone = excused - Counter(key_of(mutant) for mutant in drawn)
    caught = excused & Counter(key_of(result.mutant) for result in results if result.fate == "killed")
    unexplained = Counter(known.without)
    complaints = []
    for mutant in survivors:
        if unexplained[key_of(mutant)]:
            unexplained[key_of(mutant)] -= 1
            complaints.append(f"survived: {mutant.file}:{mutant.line} {mutant.operator}: {mutant.code}")
            complaints.append(f"    {mutant.before!r} became {mutant.after!r}")
    complaints += [f"{EQUIVALENT.name} explains what is no mutant any more: {' | '.join(key)}" for key in gone]
    complaints += [f"{EQUIVALENT.name} explains what a test kills: {' | '.join(key)}" for key in caught]
    share = 100 * killed / compiled if compiled else 0
    per_operator = {
        operator: dict(Counter(result.fate for result in results if result.mutant.operator == operator))
        for operator in sorted({result.mutant.operator for result in results})
    }
    rows = [
        Row("mutants that compile", f"{compiled} of {len(drawn)} drawn from", ">= 200", compiled >= 200),
        Row("killed", f"{killed} ({share:.1f} %)", f">= {LEAST_KILLED} %", share >= LEAST_KILLED),
        Row(
            "survivors",
            f"{len(survivors)} ({fates['late']} late), {len(known.explained)} equivalent",
            "each equivalent",
            not known.without,
        ),
        Row("reasons that match nothing", str(len(gone) + len(caught)), "0", not gone and not caught),
    ]
    tried = [
        {"fate": result.fate, "by": result.by, "seconds": result.seconds, **asdict(result.mutant)} for result in results
    ]
    return Outcome(TOOL, rows, complaints, {"operators": per_operator, "mutants": tried})
