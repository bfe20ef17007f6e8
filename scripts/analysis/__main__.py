"""`make check-contracts`: every analysis of the contracts, one table, exit code 1 when a bar is missed.

`--skip TOOL` leaves one out, `--only TOOL` takes one alone; both may be repeated.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from scripts.analysis import coverage, erc721, mutation, proofs, slither
from scripts.analysis.form import Outcome, Row, ToolError, show, write
from scripts.analysis.places import BUILD

WIDTH = 120  # columns of the table in a log
# In the order of how soon each has something to say.
ANALYSES: dict[str, Callable[[], Outcome]] = {
    slither.TOOL: slither.analyse,
    erc721.TOOL: erc721.analyse,
    coverage.TOOL: coverage.analyse,
    proofs.TOOL: proofs.analyse,
    mutation.TOOL: mutation.analyse,
}


def timed(tool: str, analyse: Callable[[], Outcome]) -> Outcome:
    """The outcome of one analysis with its time; one that cannot be made is a missed bar."""
    began = time.monotonic()
    try:
        outcome = analyse()
    except (ToolError, OSError, ValueError) as error:
        outcome = Outcome(tool, [Row("run", "did not finish", "finishes", met=False)], [str(error)])
    return replace(outcome, seconds=time.monotonic() - began)


def chosen(arguments: list[str] | None) -> list[str]:
    """The tools to run, by the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.analysis", description=__doc__)
    parser.add_argument("--skip", action="append", default=[], choices=list(ANALYSES), metavar="TOOL")
    parser.add_argument("--only", action="append", default=[], choices=list(ANALYSES), metavar="TOOL")
    options = parser.parse_args(arguments)
    tools = [tool for tool in options.only or ANALYSES if tool not in options.skip]
    if not tools:
        parser.error("nothing is left to run")
    return tools


def main(arguments: list[str] | None = None) -> int:
    tools = chosen(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    outcomes = []
    for tool in tools:
        console.print(f"{tool} ...", highlight=False)
        outcome = timed(tool, ANALYSES[tool])
        write(outcome, BUILD)
        outcomes.append(outcome)
    show(outcomes, console)
    return 0 if all(outcome.met for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
