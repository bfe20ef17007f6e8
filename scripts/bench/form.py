"""The one form of a bench's figures."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

FOLDER = Path("build/bench")


@dataclass
class Figure:
    """`value` is the median of `runs`. A run whose counts did not agree makes the figure void, and says why."""

    measure: str
    goal: float
    better: Literal["higher", "lower"]
    runs: list[float] = field(default_factory=list)
    void: str | None = None

    @property
    def value(self) -> float | None:
        return statistics.median(self.runs) if self.runs else None


def report(name: str, figures: list[Figure]) -> None:
    """Writes and prints the figures of one bench."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = [{**asdict(figure), "value": figure.value} for figure in figures]
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
    table = Table(title=name, title_justify="left")
    for column in ("measure", "value", "goal", "better", "runs", "void"):
        table.add_column(column)
    for figure in figures:
        value = "" if figure.value is None else f"{figure.value:.3g}"
        runs = ", ".join(f"{run:.3g}" for run in figure.runs)
        table.add_row(figure.measure, value, f"{figure.goal:g}", figure.better, runs, figure.void or "")
    Console().print(table)
