"""Command lines of `medledger` that stand on a page or in a file, parsed by the command line itself and not run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from ledger_node.cli.app import app

#: Words of the pages that stand for a number.
NUMBERS = {"ORGANISATION": "1", "PROPOSAL": "1", "N": "1"}


def parse(words: Sequence[str]) -> list[str]:
    """The names of the command that the words after `medledger` call. TyperException when it would refuse them."""
    command: Any = get_command(app)
    context = command.make_context("medledger", [NUMBERS.get(word, word) for word in words])
    path = []
    while isinstance(command, TyperGroup):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        path.append(str(name))
        context = command.make_context(name, list(rest), parent=context)
    return path


def in_blocks(page: str) -> Iterator[str]:
    """Each line of a page's shell blocks that calls `medledger`, with what it goes on with."""
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if line.startswith("medledger "):
                yield line


def in_sentences(page: str) -> Iterator[str]:
    """Each command that a sentence names in backticks."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    for found in re.findall(r"`(medledger\s[^`]+)`", prose):
        yield " ".join(found.split())


def words_of(line: str) -> list[str]:
    """Without `medledger` and the comment."""
    return shlex.split(line, comments=True)[1:]
