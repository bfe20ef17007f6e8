"""The table of docs/gas.md, renewed from a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.bench.gas import goals
from scripts.bench.gas.chain import HARDFORK, Measured
from scripts.bench.gas.tables import middle

PAGE = Path("docs/gas.md")
MARK = "<!-- figures -->\n"
HEAD = "| write | gas | floor | overhead | fresh | changed | read | called |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"


def renew(writes: Mapping[str, Sequence[Measured]]) -> None:
    """Replaces what follows the mark. A figure above its goal is bold."""
    kept = PAGE.read_text().partition(MARK)[0]
    rows = "".join(_row(measure, middle(runs)) for measure, runs in writes.items())
    title = f"Figures of a run on anvil, hard fork `{HARDFORK}`; **bold** is above the goal.\n\n"
    PAGE.write_text(f"{kept}{MARK}{title}{HEAD}{rows}")


def _row(measure: str, run: Measured) -> str:
    goal = goals.overhead_of(measure)
    overhead = f"{run.overhead:.3f}" if goal is None or run.overhead <= goal else f"**{run.overhead:.3f}**"
    touched = run.touched
    slots = " | ".join(str(n) for n in (touched.fresh, touched.changed, touched.read, touched.called))
    return f"| {measure} | {run.gas:,} | {run.floor:,} | {overhead} | {slots} |\n"
