"""ERC-721 conformance of ConsentToken by slither-check-erc, whose exit code says nothing: its output is read."""

from __future__ import annotations

import re
from collections import Counter

from scripts.analysis import reasons, venvs
from scripts.analysis.form import Outcome, Row, ToolError
from scripts.analysis.places import BUILD, environment, last_lines, run

TOOL = "erc721"
CONTRACT = "ConsentToken"
LIMIT = 300  # seconds
CHECKED = re.compile(r"^\t?\[([✓ ])\] (.+?)\s*$")
# A token bound to its holder can never emit these: each of the five functions always reverts (EIP-5192).
CANNOT_EMIT = Counter(
    [
        ("safeTransferFrom(address,address,uint256,bytes)", "Transfer(address,address,uint256)"),
        ("safeTransferFrom(address,address,uint256)", "Transfer(address,address,uint256)"),
        ("transferFrom(address,address,uint256)", "Transfer(address,address,uint256)"),
        ("approve(address,uint256)", "Approval(address,address,uint256)"),
        ("setApprovalForAll(address,bool)", "ApprovalForAll(address,address,bool)"),
    ]
)


def read(output: str) -> tuple[int, list[tuple[str, str]]]:
    """How many points hold, and each that does not: (function or event, point), for `Must emit` (function, event)."""
    held, failed, of = 0, [], ""
    for line in output.splitlines():
        found = CHECKED.match(line)
        if found is None:
            continue
        mark, point = found.groups()
        if not line.startswith("\t"):
            of = point.split(" ")[0]
        if mark == "✓":
            held += 1
        else:
            failed.append((of, re.sub(r"^Must emit (be view )?", "", point)))
    return held, failed


def analyse() -> Outcome:
    venv = venvs.ready("slither")
    command = [venv / "bin" / "slither-check-erc", ".", CONTRACT, "--erc", "ERC721"]
    ended = run(command, env=environment(BUILD / TOOL, venv=venv), seconds=LIMIT)
    # It writes its findings to standard error, by way of a log.
    output = ended.stdout + ended.stderr
    if f"# Check {CONTRACT}" not in output:
        raise ToolError(f"slither-check-erc did not finish:\n{last_lines(ended)}")
    return judge(output)


def judge(output: str) -> Outcome:
    """The outcome of slither-check-erc's text `output`."""
    held, failed = read(output)
    known = reasons.judge(failed, CANNOT_EMIT)
    complaints = [f"{of}: {point}" for of, point in known.without]
    complaints += [
        f"{of} was excused from emitting {event}, and the tool has no such line" for of, event in known.stale
    ]
    rows = [
        Row("points of ERC-721 that hold", str(held), "> 0", held > 0),
        Row("points that fail", f"{len(failed)}, {len(known.explained)} allowed", "five must-emit", not complaints),
    ]
    return Outcome(TOOL, rows, complaints, {"failed": [list(point) for point in failed]})
