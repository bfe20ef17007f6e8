"""The one form of an analysis's outcome, its file and its place in the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


class ToolError(Exception):
    """A tool could not do its work: nothing is known of the contracts, which counts as a missed bar."""


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what was looked at, what was found, what is wanted, and whether that holds."""

    what: str
    result: str
    goal: str
    met: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one tool found. `complaints` name each thing that keeps a bar from being met; `record` goes to the file."""

    tool: str
    rows: Sequence[Row]
    complaints: Sequence[str] = ()
    record: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0

    @property
    def met(self) -> bool:
        return all(row.met for row in self.rows) and not self.complaints


def write(outcome: Outcome, folder: Path) -> None:
    """Writes `folder`/TOOL.json."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "tool": outcome.tool,
        "met": outcome.met,
        "seconds": round(outcome.seconds, 1),
        "rows": [{"what": row.what, "result": row.result, "goal": row.goal, "met": row.met} for row in outcome.rows],
        "complaints": list(outcome.complaints),
        **outcome.record,
    }
    (folder / f"{outcome.tool}.json").write_text(json.dumps(content, indent=2) + "\n")


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Prints one table of all bars, then each complaint."""
    table = Table(title="contracts", title_justify="left")
    for column in ("tool", "what", "result", "goal", "", "time"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        for place, row in enumerate(outcome.rows):
            mark = "[green]met[/]" if row.met else "[red]missed[/]"
            first = place == 0
            table.add_row(
                outcome.tool if first else "",
                escape(row.what),
                escape(row.result),
                escape(row.goal),
                mark,
                f"{outcome.seconds:.0f} s" if first else "",
            )
        table.add_section()
    console.print(table)
    for outcome in outcomes:
        for complaint in outcome.complaints:
            console.print(f"{outcome.tool}: {complaint}", markup=False, highlight=False, soft_wrap=True)
