"""solc's syntax trees of the contracts: places are in bytes of the UTF-8 source."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.analysis.form import ToolError
from scripts.analysis.places import BUILD, environment

Node = dict[str, Any]


def trees(root: Path) -> dict[str, Node]:
    """The syntax tree of each file below `contracts/`, by its path from `root`."""
    files = sorted(str(place.relative_to(root)) for place in (root / "contracts").rglob("*.sol"))
    asked = {
        "language": "Solidity",
        "sources": {file: {"urls": [file]} for file in files},
        "settings": {
            "remappings": tomllib.loads((root / "foundry.toml").read_text())["profile"]["default"]["remappings"],
            "outputSelection": {"*": {"": ["ast"]}},
        },
    }
    command = [str(root / "scripts" / "solc"), "--standard-json", "--base-path", str(root)]
    env = environment(BUILD / "syntax")
    ended = subprocess.run(
        command, input=json.dumps(asked), cwd=root, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    if ended.returncode != 0:
        raise ToolError(f"the compiler did not start: {ended.stderr.strip()}")
    answer = json.loads(ended.stdout)
    errors = [entry["formattedMessage"] for entry in answer.get("errors", []) if entry["severity"] == "error"]
    if errors:
        raise ToolError("the contracts do not compile:\n" + "\n".join(errors))
    return {file: answer["sources"][file]["ast"] for file in files}


def place_of(node: Node) -> tuple[int, int]:
    """First byte, and the one after the last."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def children(node: Node) -> Iterator[Node]:
    """The direct children, in the order in which the tree lists them."""
    for value in node.values():
        if isinstance(value, dict) and "nodeType" in value:
            yield value
        elif isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, dict) and "nodeType" in entry)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, but for assembly."""
    yield node
    if node["nodeType"] == "InlineAssembly":
        return
    for child in children(node):
        yield from walk(child)


def reached(all_trees: dict[str, Node], roots: list[str]) -> set[str]:
    """The files among `all_trees` that `roots` import, directly or not, and they themselves."""
    seen: set[str] = set()
    left = list(roots)
    while left:
        file = left.pop()
        if file in seen or file not in all_trees:
            continue
        seen.add(file)
        left += [node["absolutePath"] for node in all_trees[file]["nodes"] if node["nodeType"] == "ImportDirective"]
    return seen
