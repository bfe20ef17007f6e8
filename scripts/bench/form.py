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

    @property
    def met(self) -> bool:
        """False when there is no value to speak of."""
        if self.void is not None or self.value is None:
            return False
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def report(name: str, figures: list[Figure]) -> None:
    """Writes and prints the figures of one bench."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = [{**asdict(figure), "value": figure.value} for figure in figures]
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
    table = Table(title=name, title_justify="left")
    table.add_column("measure")
    for column in ("value", "goal", "of runs"):
        table.add_column(column, justify="right")
    for figure in figures:
        sign = ">=" if figure.better == "higher" else "<="
        colour = "green" if figure.met else "red"
        value = f"[{colour}]{figure.void or ('none' if figure.value is None else _number(figure.value))}"
        table.add_row(figure.measure, value, f"{sign} {_number(figure.goal)}", _spread(figure.runs))
    Console().print(table)


def _spread(runs: list[float]) -> str:
    """The least and the greatest, once when they look alike."""
    return " to ".join(dict.fromkeys(_number(run) for run in (min(runs), max(runs)))) if runs else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
