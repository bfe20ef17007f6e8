"""Questions at the terminal, for what no option says. Where nobody can be asked, the error names the option."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from ledger_node.cli import reading
from ledger_node.errors import InvalidField

T = TypeVar("T")


def can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(given: T | None, question: str, read: Callable[[str], T]) -> T | None:
    """What was given, else the answer. None where nobody can be asked."""
    if given is not None or not can_ask():
        return given
    return read(str(typer.prompt(question, err=True)))


class Password:
    """Of a keystore: alone in a file, else asked, once; twice where a new key gets it."""

    def __init__(self, keystore: Path, file: Path | None, option: str) -> None:
        self._keystore = keystore
        self._file = file
        self._option = option
        self._known: str | None = None

    def __call__(self) -> str:
        """InvalidField when there is no file and nobody to ask, or it is empty."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> str:
        if self._file is not None:
            found = reading.read_bytes(self._file, "password").decode("utf-8", "replace").rstrip("\r\n")
        elif can_ask():
            new = not self._keystore.exists()
            text = f"Password of {'the new' if new else 'the'} admin key"
            found = str(typer.prompt(text, hide_input=True, confirmation_prompt=new, err=True))
        else:
            raise InvalidField(
                "the admin key's password is not said", got="no terminal to ask at", needed=f"{self._option} FILE"
            )
        if not found:
            raise InvalidField("the admin key's password is empty", got="0 characters", needed="a password")
        return found
