"""The members' node processes."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

from ledger_node.localnet.members import Member
from ledger_node.localnet.processes import Handle, Known, start
from ledger_node.localnet.waiting import wait_for

START_TIMEOUT = 60.0  # seconds for a node to answer


@dataclass(frozen=True, slots=True)
class Nodes:
    """One process for each member, by slug."""

    members: tuple[Member, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.plan.slug for member in self.members)

    def make(self) -> None:
        """`members` makes keys and configuration."""

    def start(self, name: str, known: Known) -> Handle:
        return start_node(self._member(name), known)

    def wait(self, name: str, handle: Handle) -> None:
        wait_until_ready(self._member(name), handle)

    def _member(self, name: str) -> Member:
        return self.members[self.names.index(name)]


def start_node(member: Member, known: Known = lambda handle: None) -> Handle:  # noqa: ARG005
    command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(member.config)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEDLEDGER_")}
    return start(command, member.folder / "node.log", clean, known)


def wait_until_ready(member: Member, handle: Handle, timeout: float = START_TIMEOUT) -> None:
    """NetworkState when the node ends or does not answer in time."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{member.url}/readyz", timeout=5) as answer:  # noqa: S310  (our own loopback)
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    wait_for(answers, handle, timeout, f"the node of {member.plan.slug} did not start", member.folder / "node.log")
