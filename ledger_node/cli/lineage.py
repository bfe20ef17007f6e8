"""`medledger lineage`: where a model version came from, as a tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured
from ledger_node.cli.session import Session, command
from ledger_node.screen import printable, short

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from ledger_node.client.answers import Lineage, LineageNode

#: A tree goes from what was made to what it was made of.
RANK = {
    "modelVersion": 0,
    "recall": 1,
    "model": 2,
    "run": 3,
    "consent": 4,
    "datasetVersion": 5,
    "organisation": 6,
}
#: What was made of its own kind: model versions of model versions, dataset versions of dataset versions.
DERIVED = ("modelVersion", "datasetVersion")


def add_to(app: typer.Typer) -> None:
    command(app)(lineage)


def lineage(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The model version's id.", show_default=False)],
    as_of: AsOf = None,
) -> None:
    """Show the runs, datasets, consents and organisations behind a model version."""
    found = session.node.versions.lineage(version, as_of=as_of)
    session.output.show(found, lambda: [tree_of(found), f"as of block {found.get('asOfBlock', '?')}"])


def tree_of(found: Lineage) -> Tree:
    """Every node once, beneath the first that leads to it; organisations wherever they stand."""
    from rich.tree import Tree

    nodes = {node["id"]: node for node in found["nodes"]}
    beside: dict[str, list[str]] = {name: [] for name in nodes}
    for edge in found["edges"]:
        if edge["from"] in nodes and edge["to"] in nodes:
            beside[edge["from"]].append(edge["to"])
            beside[edge["to"]].append(edge["from"])
    seen: set[str] = set()

    def grow(name: str, tree: Tree) -> None:
        seen.add(name)
        for below in sorted(_below(nodes, nodes[name], beside[name]), key=lambda below: _order(nodes[below])):
            if nodes[below]["kind"] == "organisation":
                tree.add(_label(nodes[below]))
            elif below not in seen:
                grow(below, tree.add(_label(nodes[below])))

    root = nodes.get(found["version"])
    tree = Tree(_label(root) if root else short(found["version"]), guide_style="dim")
    if root:
        grow(found["version"], tree)
    return tree


def _below(nodes: dict[str, LineageNode], node: LineageNode, beside: Iterable[str]) -> set[str]:
    own = RANK.get(node["kind"], 9)
    return {
        name
        for name in beside
        if RANK.get(nodes[name]["kind"], 9) > own or node["kind"] == nodes[name]["kind"] in DERIVED
    }


def _order(node: LineageNode) -> tuple[bool, int, str]:
    """Parent versions last, so that what two versions share stands with the nearer one."""
    return node["kind"] == "modelVersion", RANK.get(node["kind"], 9), node["id"]


def _label(node: LineageNode) -> Text:
    from rich.text import Text

    text = Text("run " if node["kind"] == "run" else "")
    text.append(printable(node["label"]), style="bold" if node["kind"] == "modelVersion" else "default")
    if len(node["id"]) == 66:
        text.append(f" {short(node['id'])}", style="dim")
    if node["state"]:
        text.append(" ")
        text.append_text(coloured(node["state"]))
    return text
