"""How the demo talks: numbered steps with their durations, findings, a summary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table


class Story:
    def __init__(self) -> None:
        self.console = Console(highlight=False, emoji=False)
        self.durations: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        number = len(self.durations) + 1
        began = time.monotonic()
        self.console.print(f"[bold]{number:>2}. {text}[/bold]")
        with self.console.status(text):
            yield
        self.durations[name] = round(time.monotonic() - began, 2)
        self.console.print(f"    [dim]{self.durations[name]:.1f} s[/dim]")

    def say(self, text: str) -> None:
        self.console.print(f"    {text}", markup=False)

    def table(self, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)
