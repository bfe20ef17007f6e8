"""`forge coverage` over `contracts/`: every line and function, and a reason for each branch that no test takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.analysis import reasons
from scripts.analysis.form import Outcome, Row, ToolError
from scripts.analysis.places import BUILD, ROOT, environment, last_lines, run

TOOL = "coverage"
REASONS = ROOT / "tests" / "contracts" / "coverage.toml"
FIELDS = ("file", "code", "path")
LEAST_BRANCHES = 97  # percent
LIMIT = 1800  # seconds
# What is reached must not hang on luck: no invariants, and the same numbers at every run.
CHOSEN = ("--no-match-path", "tests/contracts/invariants/**")
RUNS = {"FOUNDRY_FUZZ_RUNS": "64", "FOUNDRY_FUZZ_SEED": "0x636f766572"}
DEFINITION = re.compile(r"^(abstract )?(contract|library) ", re.MULTILINE)


@dataclass(slots=True)
class Covered:
    """One source file of an LCOV report: how often each line, function and branch was reached."""

    file: str
    lines: dict[int, int] = field(default_factory=dict)
    functions: list[tuple[str, int]] = field(default_factory=list)
    branches: list[tuple[int, str, int]] = field(default_factory=list)  # line, path number, times


def parse(report: str) -> Iterator[Covered]:
    """The files of an LCOV report (geninfo(1)). A branch never evaluated has `-` for its count."""
    current: Covered | None = None
    for line in report.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            current = Covered(rest)
        elif current is None:
            continue
        elif kind == "DA":
            number, times = rest.split(",")[:2]
            current.lines[int(number)] = max(current.lines.get(int(number), 0), int(times))
        elif kind == "FNDA":
            times, name = rest.split(",", 1)
            current.functions.append((name, int(times)))
        elif kind == "BRDA":
            number, _, path, times = rest.split(",")
            current.branches.append((int(number), path, 0 if times == "-" else int(times)))
        elif line == "end_of_record":
            yield current
            current = None


def with_code(contracts: Path) -> set[str]:
    """The files that must be in the report: all that define a contract or a library with functions."""
    files = {f"contracts/{place.relative_to(contracts)}": place.read_text() for place in contracts.rglob("*.sol")}
    return {file for file, text in files.items() if DEFINITION.search(text) and "function " in text}


def analyse() -> Outcome:
    folder = BUILD / TOOL
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "lcov.info"
    report.unlink(missing_ok=True)
    command = ["forge", "coverage", "--report", "lcov", "--report-file", report, *CHOSEN]
    ended = run(command, env={**environment(folder), **RUNS}, seconds=LIMIT)
    if ended.returncode != 0 or not report.exists():
        raise ToolError(f"forge coverage failed; run `forge test` first:\n{last_lines(ended)}")
    return judge(report.read_text(), ROOT)


def judge(report: str, root: Path) -> Outcome:
    """The outcome of an LCOV `report` on the sources below `root`."""
    files = [covered for covered in parse(report) if covered.file.startswith("contracts/")]
    missing = sorted(with_code(root / "contracts") - {covered.file for covered in files})
    lines = [(covered.file, number, times) for covered in files for number, times in sorted(covered.lines.items())]
    functions = [(covered.file, name, times) for covered in files for name, times in covered.functions]
    branches = [(covered.file, *branch) for covered in files for branch in covered.branches]
    bare_lines = [f"{file}:{number}" for file, number, times in lines if not times]
    bare_functions = [f"{file}: {name}" for file, name, times in functions if not times]
    bare = [(file, _code(root, file, number), path) for file, number, path, times in branches if not times]
    known = reasons.judge(bare, reasons.read(REASONS, "branch", FIELDS))
    complaints = [f"{file} is not in the report: no test reaches it" for file in missing]
    complaints += [f"line never reached: {place}" for place in bare_lines]
    complaints += [f"function never called: {place}" for place in bare_functions]
    complaints += [
        f"branch {path} never taken, and no reason in {REASONS.name}: {file}: {code}"
        for file, code, path in known.without
    ]
    complaints += [
        f"{REASONS.name} explains branch {path} of a line of {file} that is taken or gone: {code}"
        for file, code, path in known.stale
    ]
    rows = [
        _row("lines", len(lines), len(bare_lines), 100),
        _row("functions", len(functions), len(bare_functions), 100),
        _row("branches", len(branches), len(bare), LEAST_BRANCHES),
        Row("branches left, with a reason", f"{len(known.explained)} of {len(bare)}", "all", not known.without),
    ]
    record = {"files": {covered.file: _share(covered) for covered in files}, "branches": [list(key) for key in bare]}
    return Outcome(TOOL, rows, complaints, record)


def _row(what: str, count: int, bare: int, least: int) -> Row:
    share = 100 * (count - bare) / count if count else 0
    goal = f"{least} %" if least == 100 else f">= {least} %"
    return Row(what, f"{share:.2f} % of {count}", goal, bool(count) and 100 * (count - bare) >= least * count)


def _share(covered: Covered) -> dict[str, str]:
    groups = {
        "lines": list(covered.lines.values()),
        "functions": [times for _, times in covered.functions],
        "branches": [times for _, _, times in covered.branches],
    }
    return {name: f"{sum(map(bool, times))}/{len(times)}" for name, times in groups.items()}


def _code(root: Path, file: str, number: int) -> str:
    return (root / file).read_text().splitlines()[number - 1].strip()
