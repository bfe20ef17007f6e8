"""Pages of evidence on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ledger_node.cli.output import coloured, fields, table
from ledger_node.screen import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text
    from rich.tree import Tree

    from ledger_node.proof.explanation import Branch
    from ledger_node.proof.pages import Part


def drawn(page: Iterable[Part]) -> Iterator[RenderableType]:
    """The parts of a page, as rich prints them."""
    from ledger_node.proof.pages import Fields, Table, Verdict

    for part in page:
        match part:
            case str():
                yield printable(part)
            case Verdict():
                yield coloured(part.word)
            case Fields():
                yield from fields(part.rows)
            case Table():
                yield table(part.columns, part.rows)
            case _:
                yield _tree(part)


def _tree(branch: Branch, within: Tree | None = None) -> Tree:
    from rich.tree import Tree

    label = _label(branch)
    tree = Tree(label, guide_style="dim") if within is None else within.add(label)
    for below in branch.below:
        _tree(below, tree)
    return tree


def _label(branch: Branch) -> Text:
    return coloured(branch.known.value).append(f"  {printable(branch.text)}", style="default")
