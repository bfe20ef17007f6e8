"""How to sign in at a network's nodes, as `network up` and `make up` print it."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

from rich.console import Console

from ledger_node.cli import sign_in
from ledger_node.localnet.members import ROLES

WIDTH = 80


def test_each_node_has_an_address_and_a_whole_key_for_each_role(tmp_path: Path) -> None:
    nodes = [
        {
            "name": name,
            "url": f"http://127.0.0.1:{65_000 + number}",
            "folder": str(tmp_path),
            "apiKeys": {role: f"mlk_{secrets.token_urlsafe(32)}" for role in ROLES},
        }
        for number, name in enumerate(("Hospital A", "Ultrasound Publisher"))
    ]
    out = io.StringIO()
    console = Console(file=out, width=WIDTH)
    for part in sign_in.how(nodes):
        console.print(part, soft_wrap=isinstance(part, str))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= WIDTH
    for node in nodes:
        assert f"{node['name']}: {node['url']}/sign-in" in out.getvalue()
        for role, key in node["apiKeys"].items():  # type: ignore[attr-defined]  # a dict
            assert [key in line for line in lines if role in line].count(True) == 1
    assert "…" not in out.getvalue()
    assert sign_in.WORK.keys() == set(ROLES)
