"""What a network is, as its folder's `network.json` keeps it: choices, ports, members, and the processes that run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ledger_node.errors import MedLedgerError, NetworkState
from ledger_node.localnet.anvil import Anvil
from ledger_node.localnet.clique import Clique
from ledger_node.localnet.kubo import Swarm
from ledger_node.localnet.members import Member
from ledger_node.localnet.nodes import Nodes
from ledger_node.localnet.part import Chain, Part
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.postgresql import Server
from ledger_node.localnet.processes import Handle
from ledger_node.localnet.settings import Settings

NEVER = Handle(0, "")  # of a process that was not started


@dataclass(slots=True)
class Network:
    """Saved with each start of a process, so what it lists may be a part.

    `complete` is whether contracts and members are on the chain; without that the folder cannot be started again.
    `passwords` are those of the databases, by slug. `processes` is by part, then by name, in the order of starting.
    """

    folder: Path
    settings: Settings
    ports: Ports = field(default_factory=Ports)
    passwords: dict[str, str] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    complete: bool = False
    processes: dict[str, dict[str, Handle]] = field(default_factory=dict)

    # What it is made of

    @property
    def chain(self) -> Chain:
        chosen = self.settings
        if chosen.engine == "clique":
            return Clique(self.folder, self.ports, chosen.chain_id, chosen.block_time, chosen.signers)
        return Anvil(self.folder, self.ports, chosen.chain_id, chosen.block_time)

    @property
    def swarm(self) -> Swarm | None:
        if self.settings.blobs == "folder":
            return None
        return Swarm(self.folder, self.ports, tuple(member.plan.slug for member in self.members))

    @property
    def server(self) -> Server | None:
        return None if self.settings.store == "sqlite" else Server(self.folder, self.ports, self.passwords)

    def parts(self) -> dict[str, Part]:
        """All that run, in the order of starting: the chain first, the nodes last."""
        wanted: dict[str, Part | None] = {
            "chain": self.chain,
            "documents": self.swarm,
            "database": self.server,
            "nodes": Nodes(self.members),
        }
        return {name: part for name, part in wanted.items() if part is not None}

    @property
    def rpc_url(self) -> str:
        """The JSON-RPC of the first engine."""
        return self.chain.urls[0]

    def member(self, slug: str) -> Member:
        return next(member for member in self.members if member.plan.slug == slug)

    # What runs

    @property
    def engine(self) -> Handle:
        """The first engine's process."""
        return next(iter(self.processes.get("chain", {}).values()), NEVER)

    @property
    def nodes(self) -> dict[str, Handle]:
        """The node's process by member's slug."""
        return self.processes.setdefault("nodes", {})

    def handle(self, part: str, name: str) -> Handle:
        return self.processes.get(part, {}).get(name, NEVER)

    def handles(self) -> Iterator[Handle]:
        for started in self.processes.values():
            yield from started.values()

    def running(self) -> bool:
        """Whether anything that was started still runs."""
        return any(handle.running() for handle in self.handles())

    # Kept

    def save(self) -> None:
        content = {
            "settings": asdict(self.settings),
            "ports": self.ports,
            "passwords": self.passwords,
            "members": [member.to_json() for member in self.members],
            "complete": self.complete,
            "processes": {
                part: {name: asdict(handle) for name, handle in started.items()}
                for part, started in self.processes.items()
            },
        }
        file = self.folder / "network.json.new"
        file.touch(mode=0o600)
        file.write_text(json.dumps(content, indent=2) + "\n")
        file.replace(self.folder / "network.json")

    @classmethod
    def load(cls, folder: Path) -> Network:
        """NetworkState when no network was started in this folder."""
        folder = folder.resolve()
        try:
            content = json.loads((folder / "network.json").read_text())
            return cls(
                folder=folder,
                settings=Settings(**content["settings"]),
                ports=Ports(content["ports"]),
                passwords=dict(content["passwords"]),
                members=tuple(Member.from_json(member, folder) for member in content["members"]),
                complete=bool(content["complete"]),
                processes={
                    part: {name: Handle(**handle) for name, handle in started.items()}
                    for part, started in content["processes"].items()
                },
            )
        except (FileNotFoundError, NotADirectoryError):
            raise NetworkState("no network was started in this folder", needed="medledger network up") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, MedLedgerError):
            raise NetworkState("the folder's network.json is not a network's", needed="another folder") from None
