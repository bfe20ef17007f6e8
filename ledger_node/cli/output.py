"""Stdout holds answers, stderr everything else. With `--json` an answer is exactly one JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger_node.screen import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

Progress = Callable[[int, int], None]
#: How a state, a reason or a check is coloured.
_GOOD = {"ACTIVE", "OK", "COMPLETED", "GRANTED", "PASSED", "EXECUTED", "final", "verified", "passed", "yes", "accepted"}
_BAD = {"REVOKED", "REMOVED", "CRITICAL", "failed", "replaced", "EXPIRED", "tainted", "FAILED", "stands"}


def console(*, stderr: bool = False) -> Console:
    """Plain text when it is no terminal. Nothing that a node answers is taken for markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)


def coloured(word: str) -> Text:
    from rich.text import Text

    style = "green" if word in _GOOD else "red" if word in _BAD else "yellow" if word.isupper() else ""
    return Text(printable(word), style=style)


class Output:
    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def show(self, answer: object, render: Callable[[], Iterable[RenderableType]]) -> None:
        """The answer as JSON, or as `render` puts it for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(answer, indent=2) + "\n")
            return
        out = console()
        for part in render():
            out.print(part, soft_wrap=isinstance(part, str))

    def say(self, text: str) -> None:
        """A message on stderr, for people only."""
        if not self.as_json:
            console(stderr=True).print(printable(text), soft_wrap=True)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A spinner on stderr while something is waited for, when stderr is a terminal."""
        if self.as_json or not sys.stderr.isatty():
            yield
            return
        with console(stderr=True).status(text):
            yield

    @contextmanager
    def progress(self, text: str) -> Iterator[Progress]:
        """A bar on stderr for `progress(done, total)`, when stderr is a terminal."""
        if self.as_json or not sys.stderr.isatty():
            yield _unseen
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(text, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def fields(rows: Sequence[tuple[str, object]]) -> Iterator[str]:
    """`name  value` lines, never broken, so that an id can be copied whole. Rows without a value are left out."""
    kept = [(name, value) for name, value in rows if value not in (None, "", [])]
    width = max((len(name) for name, _ in kept), default=0)
    for name, value in kept:
        yield f"{name:<{width}}  {printable(_words(value))}"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> RenderableType:
    """A table that fits 80 columns: long text is folded, ids are short."""
    from rich import box
    from rich.table import Table

    made = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in made.columns:
        column.overflow = "fold"
    for row in rows:
        made.add_row(*(coloured(cell) if isinstance(cell, str) else _words(cell) for cell in row))
    return made


def epsilon_of(millionths: int) -> str:
    """A privacy loss for people, exactly: 500000 is 0.5."""
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}".rstrip("0").rstrip(".")


def seconds(duration: float) -> str:
    """A duration for people."""
    if duration < 60:
        return f"{duration:.1f} s"
    return f"{int(duration // 60)} min {int(duration % 60)} s"


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_words(part) for part in value)
    return str(value)
