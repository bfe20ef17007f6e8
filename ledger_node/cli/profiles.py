"""Nodes that a person works with, each under a name: its address, and the files with the key to it and for TLS.

One JSON file in the user's configuration folder. No key stands in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from ledger_node.cli.reading import read_bytes, write_file
from ledger_node.errors import ConfigInvalid, NotFound

FILE = "profiles.json"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    node: str
    key_file: str | None
    ca: str | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Profiles:
    """By name; `chosen` is the one that counts where none is named, if any."""

    by_name: dict[str, Profile]
    chosen: str | None

    @classmethod
    def load(cls) -> Profiles:
        """None when there is no file. ConfigInvalid when it cannot be read."""
        if not place().exists():
            return cls({}, None)
        try:
            found = json.loads(read_bytes(place(), "list of profiles"))
            listed = [Profile(**one) for one in found["profiles"]]
            chosen = found["chosen"]
        except (ValueError, TypeError, KeyError):
            raise ConfigInvalid(
                "the list of profiles is broken", got=f"a file {FILE}", needed=f"remove {place()}, and add them again"
            ) from None
        return cls({one.name: one for one in listed}, chosen if isinstance(chosen, str) else None)

    def save(self) -> None:
        place().parent.mkdir(parents=True, exist_ok=True)
        listed = [asdict(one) for _, one in sorted(self.by_name.items())]
        content = json.dumps({"chosen": self.chosen, "profiles": listed}, indent=1).encode() + b"\n"
        write_file(place(), content, private=True)

    def of(self, name: str | None) -> Profile | None:
        """The one of that name, else the chosen one. NotFound."""
        wanted = self.chosen if name is None else name
        if wanted is None:
            return None
        if wanted not in self.by_name:
            raise NotFound(
                "no profile has that name", needed=", ".join(sorted(self.by_name)) or "medledger profile add"
            )
        return self.by_name[wanted]


def place() -> Path:
    return Path(typer.get_app_dir("medledger")) / FILE
