"""What goes on while a command waits is said once on a pipe, in a changing line on a terminal, never with --json."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from ledger_node.cli.output import Output
from ledger_node.cli.watching import watching


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def watch(output: Output) -> None:
    with watching(output) as watcher:
        watcher.synchronising(10, 30)
        watcher.synchronising(30, 30)
        for _ in range(3):
            watcher.waiting("1 of 2 votes")
        watcher.hide()
        watcher.done("2 of 2 votes")
        watcher.synchronising(31, 31)


LINES = ["the index has read the chain up to block 30", "1 of 2 votes", "2 of 2 votes"]


def test_pipe_gets_each_thing_once(capsys: pytest.CaptureFixture[str]) -> None:
    watch(Output(as_json=False))
    assert capsys.readouterr().err.splitlines() == LINES
    watch(Output(as_json=True))
    assert capsys.readouterr().err == ""


def test_terminal_gets_a_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    watch(Output(as_json=False))
    assert all(line in shown.getvalue() for line in LINES)
