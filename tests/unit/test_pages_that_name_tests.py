"""docs/failures.md and docs/privacy.md name tests that there are; the first all that break something on purpose."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FAILURES, PRIVACY = (Path(f"docs/{name}.md").read_text("utf-8") for name in ("failures", "privacy"))
NAMED = TEST.findall(FAILURES)


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse(Path(file).read_text("utf-8"))
    found = (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@pytest.mark.parametrize(("file", "name"), [*NAMED, *TEST.findall(PRIVACY)])
def test_named_test_is_there(file: str, name: str) -> None:
    assert name in names_in(file)


@pytest.mark.parametrize("page", [FAILURES, PRIVACY.partition("## What leaves")[2]])
def test_every_row_names_one(page: str) -> None:
    rows = [line for line in page.splitlines() if re.match(r"\| (?!what breaks|claim|right)", line)]
    assert rows
    assert [row for row in rows if "`tests/" not in row.rpartition(" | ")[2]] == []


def test_every_fault_that_is_tried_is_told() -> None:
    tried = {(str(file), name) for file in Path("tests/faults").glob("test_*.py") for name in names_in(str(file))}
    assert tried <= set(NAMED)
