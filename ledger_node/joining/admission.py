"""What the members vote on: the entity that is to be admitted, under the address of its admin key."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from ledger_node.domain.codes import Capability, names_of
from ledger_node.errors import InvalidField, JoiningState

MOST_NAME = 128  # bytes (`IConsortium.Admission`)


@dataclass(frozen=True, slots=True)
class Admission:
    """`name` is a legal entity's. Nothing of it but the admin key ever changes once it is carried out."""

    name: str
    admin: str
    capabilities: Capability
    for_profit: bool

    def fields(self) -> dict[str, Any]:
        """By the names of the payload's struct."""
        return {
            "admin": self.admin,
            "capabilities": int(self.capabilities),
            "forProfit": self.for_profit,
            "name": self.name,
        }

    def command(self) -> str:
        """What a member types to propose exactly this."""
        capabilities = " ".join(f"--capability {name}" for name in names_of(self.capabilities))
        profit = "--for-profit" if self.for_profit else "--not-for-profit"
        name = shlex.quote(self.name)
        return f"medledger proposal open admit --name {name} --admin {self.admin} {capabilities} {profit}"

    def to_json(self) -> str:
        content = {
            "name": self.name,
            "admin": self.admin,
            "capabilities": names_of(self.capabilities),
            "forProfit": self.for_profit,
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Admission:
        """JoiningState when it is not what `to_json` wrote."""
        try:
            content = json.loads(text)
            capabilities = Capability(sum(Capability[name] for name in set(content["capabilities"])))
            return cls(str(content["name"]), str(content["admin"]), capabilities, bool(content["forProfit"]))
        except (ValueError, KeyError, TypeError):
            raise JoiningState("admission.json is malformed", needed="the file as it was written") from None


def require_name(name: str) -> None:
    """InvalidField for what the contract would refuse as a name."""
    size = len(name.encode("utf-8", "replace"))
    if not 1 <= size <= MOST_NAME or any(ord(letter) < 0x20 or letter == "\x7f" for letter in name):
        raise InvalidField(
            "--name cannot be an organisation's",
            got=f"{size} bytes",
            needed=f"the legal entity's name, 1 to {MOST_NAME} bytes without control characters",
        )
