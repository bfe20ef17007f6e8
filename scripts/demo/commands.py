"""Calling `medledger` as its users do: a process, a JSON document on stdout, an exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.client import Client
from ledger_node.errors import NotFound

MEDLEDGER = str(Path(sys.executable).parent / "medledger")


class CommandFailed(Exception):
    """A command ended with a status that the demo did not expect."""


def medledger(*arguments: object, expect: int = 0, environment: dict[str, str] | None = None) -> Any:
    """Runs one command with `--json` and returns what it printed (parsed), or None when it printed nothing."""
    command = [MEDLEDGER, *map(str, arguments), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
    )
    if done.returncode != expect:
        raise CommandFailed(f"{' '.join(command[1:4])} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    shown = done.stdout or done.stderr
    return json.loads(shown) if shown.strip() else None


@dataclass(frozen=True, slots=True)
class Member:
    """One organisation at its terminal: its own node, its own key, its own folder.

    `depth` is how many blocks on top of one make it stay: before that, signers may still exchange it, and what others
    did may yet take effect after what one does oneself.
    """

    slug: str
    name: str
    url: str
    key: str
    folder: Path
    depth: int = 0

    def __call__(self, *arguments: object, expect: int = 0) -> Any:
        return medledger(*arguments, expect=expect, environment={"MEDLEDGER_NODE": self.url, "MEDLEDGER_KEY": self.key})

    def wait_for(self, seen: Callable[[], bool], seconds: float = 30) -> None:
        """Until something is seen at one's own node, which follows what others did within a block."""
        deadline = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the node of {self.slug} did not see it in {seconds:.0f} seconds")
            time.sleep(0.1)

    def wait_for_fact(self, ask: Callable[[Client], object]) -> None:
        """Until one's own node knows a fact that another organisation made."""
        with Client(self.url, self.key) as node:

            def known() -> bool:
                try:
                    ask(node)
                except NotFound:
                    return False
                return True

            self.wait_for(lambda: settled(node, known, self.depth), 60)

    def write(self, name: str, document: dict[str, Any]) -> Path:
        """Writes a public document into the organisation's folder."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2) + "\n")
        return file


def settled(node: Client, seen: Callable[[], bool], depth: int) -> bool:
    """Whether what was seen now is seen still when `depth` blocks stand on it; waits for these."""
    if not seen():
        return False
    first = int(node.node.get()["asOfBlock"])
    while depth and int(node.node.get()["asOfBlock"]) < first + depth:
        time.sleep(0.2)
    return depth == 0 or seen()


def members_of(network: dict[str, Any], folder: Path) -> dict[str, Member]:
    """Each organisation with the key of the person who works there: steward, publisher or auditor."""
    roles = {"hospital-a": "steward", "hospital-b": "steward", "publisher": "publisher", "regulator": "auditor"}
    found = {}
    for node in network["nodes"]:
        own = folder / node["slug"]
        own.mkdir(parents=True, exist_ok=True)
        key = node["apiKeys"][roles[node["slug"]]]
        found[node["slug"]] = Member(node["slug"], node["name"], node["url"], key, own, network["depth"])
    return found
