"""Every command line of the pages is one that the command line takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from ledger_node.cli.app import app
from tests.command_lines import in_blocks, in_sentences, parse, words_of

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "SECURITY.md",
    "docs/operator.md",
    "docs/governance.md",
    "docs/consent.md",
    "docs/api.md",
    "docs/steward.md",
    "docs/publisher.md",
    "docs/streams.md",
    "docs/regulator.md",
)
LINES = [(page, line) for page in PAGES for line in in_blocks((ROOT / page).read_text())]
NAMED = [(page, line) for page in PAGES for line in in_sentences((ROOT / page).read_text())]


@pytest.mark.parametrize(("page", "line"), LINES)
def test_line_of_a_block_parses(page: str, line: str) -> None:
    assert parse(words_of(line))


@pytest.mark.parametrize(("page", "line"), NAMED)
def test_command_of_a_sentence_exists(page: str, line: str) -> None:
    """A sentence leaves arguments out: its first words are a command or a group, its options are some command's."""
    words = line.split()[1:]
    command = get_command(app)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        found = command.get_command(None, words.pop(0))  # type: ignore[arg-type]  # no group of ours asks its context
        assert found is not None, line
        command = found
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options, line


def test_tests_that_the_operators_page_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "docs/operator.md").read_text())
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_pages_have_lines() -> None:
    assert len(LINES) > 30
    assert len(NAMED) > 20
