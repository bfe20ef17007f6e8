"""What goes on while a command waits for others: one line on a terminal that changes, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger_node.cli.output import Output, console
from ledger_node.screen import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Watching:
    """Says each thing once. `bar` is there when a person looks on."""

    def __init__(self, output: Output, bar: Progress | None = None) -> None:
        self._output = output
        self._bar = bar
        self._task: TaskID | None = None if bar is None else bar.add_task("", total=None, visible=False)
        self._said = ""
        self._behind = True

    def synchronising(self, block: int, head: int) -> None:
        if block < head:
            self._behind = True
            self._show("reading the chain", block, head)
        elif self._behind:
            self._behind = False
            self.done(f"the index has read the chain up to block {block}")

    def waiting(self, text: str) -> None:
        if self._bar is None and text != self._said:
            self._output.say(text)
        self._said = text
        self._show(text, 0, None)

    def done(self, text: str) -> None:
        if self._bar is None:
            self._output.say(text)
        else:
            self._bar.console.print(printable(text), soft_wrap=True)

    def hide(self) -> None:
        """Before a question is asked."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, visible=False)
            self._bar.refresh()

    def _show(self, text: str, done: int, total: int | None) -> None:
        if self._bar is not None and self._task is not None:
            count = "" if total is None else f"{done} of {total}"
            shown = {"description": printable(text), "completed": done, "total": total, "count": count}
            self._bar.update(self._task, visible=True, refresh=True, **shown)  # type: ignore[arg-type]


@contextmanager
def watching(output: Output) -> Iterator[Watching]:
    if output.as_json or not sys.stderr.isatty():
        yield Watching(output)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        yield Watching(output, bar)
