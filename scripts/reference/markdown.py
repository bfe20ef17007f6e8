"""Pieces of Markdown for the generated pages."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

WIDTH = 119


def prose(text: str) -> str:
    """Words as Markdown: what has a meaning there is taken from it, but not within backticks."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*<|])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def paragraph(text: str) -> str:
    return textwrap.fill(prose(text), WIDTH, break_long_words=False, break_on_hyphens=False) + "\n" if text else ""


def listed(text: str, mark: str = "- ") -> str:
    indent = "  " if mark == "- " else ""
    return textwrap.fill(mark + text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def anchor(heading: str) -> str:
    """GitHub's name for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
