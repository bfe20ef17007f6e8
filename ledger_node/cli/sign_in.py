"""How to sign in at the nodes of a network on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

#: What a role is there for, in the width that a key leaves on a line of 80.
WORK = {
    "steward": "data, consents",
    "publisher": "models, runs",
    "auditor": "oversight",
    "operator": "all, and votes",
}


def how(nodes: Iterable[dict[str, Any]]) -> Iterator[RenderableType]:
    """Of each node (see `localnet.status`) whose keys are known: its address, and the key of each role."""
    from rich.table import Table

    yield "Open an address in a browser and sign in with the key of a role."
    for node in nodes:
        title = f"{node['name']}: {node['url']}/sign-in"
        table = Table(title=title, title_justify="left", title_style="bold")
        table.add_column("role")
        table.add_column("for", no_wrap=True)
        table.add_column("API key", no_wrap=True)
        for role, key in node["apiKeys"].items():
            table.add_row(role, WORK[role], key)
        yield table
        yield f"These keys are also in {node['folder']}/api-keys.json"
