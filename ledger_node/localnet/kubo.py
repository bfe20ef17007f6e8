"""Documents in a private swarm: one Kubo daemon for each organisation, joined by a key that only they hold."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.errors import NetworkState
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, Known, start
from ledger_node.localnet.programs import find_program
from ledger_node.localnet.waiting import wait_for

VERSION = "0.42."
START_TIMEOUT = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Swarm:
    """`names` are the organisations' slugs: each daemon's repository lies in the organisation's folder."""

    folder: Path
    ports: Ports
    names: tuple[str, ...]

    def address(self, name: str) -> str:
        """The RPC of one daemon, as a multiaddress."""
        return f"/ip4/127.0.0.1/tcp/{self.ports.of(f'{name} kubo')}"

    def make(self) -> None:
        ipfs = find_ipfs()
        key = f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n"
        peers = []
        for name in self.names:
            repository = self._repository(name)
            done = subprocess.run(  # noqa: S603
                [ipfs, "init", "--profile", "test"],
                env=self._environment(name),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise NetworkState("Kubo made no repository", got=done.stderr.strip().splitlines()[-1])
            (repository / "swarm.key").touch(mode=0o600)
            (repository / "swarm.key").write_text(key)
            own = json.loads((repository / "config").read_text())["Identity"]["PeerID"]
            peers.append({"ID": own, "Addrs": [self._swarm_address(name)]})
        for name in self.names:
            file = self._repository(name) / "config"
            config = json.loads(file.read_text())
            others = [peer for peer in peers if peer["ID"] != config["Identity"]["PeerID"]]
            file.write_text(json.dumps(self._private(config, name, others), indent=2))

    def start(self, name: str, known: Known) -> Handle:
        """Returns when it answers: the next one dials it once, and finds it. Who finds nobody waits before it dials
        again, and two that dial each other at once have two connections, of which one ends."""
        handle = start([find_ipfs(), "daemon"], self._log(name), self._environment(name), known)
        wait_for(lambda: self._runs(name), handle, START_TIMEOUT, f"the Kubo of {name} did not start", self._log(name))
        return handle

    def wait(self, name: str, handle: Handle) -> None:
        """Until it is connected to all others that run."""
        others = sum(self._runs(other) for other in self.names if other != name)
        failure = f"the Kubo of {name} did not join the {others} others"
        wait_for(lambda: self.peers(name) >= others, handle, START_TIMEOUT, failure, self._log(name))

    def _runs(self, name: str) -> bool:
        return self._ask(name, "id") is not None

    def peers(self, name: str) -> int:
        """To how many others one daemon is connected; 0 when it does not answer."""
        answer = self._ask(name, "swarm/peers") or {}
        return len(answer.get("Peers") or ())

    def _ask(self, name: str, what: str) -> dict[str, Any] | None:
        url = f"http://127.0.0.1:{self.ports.of(f'{name} kubo')}/api/v0/{what}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=5) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def _repository(self, name: str) -> Path:
        return self.folder / name / "kubo"

    def _log(self, name: str) -> Path:
        return self.folder / name / "kubo.log"

    def _swarm_address(self, name: str) -> str:
        return f"/ip4/127.0.0.1/tcp/{self.ports.of(f'{name} swarm')}"

    def _environment(self, name: str) -> dict[str, str]:
        # A daemon that finds no key ends, instead of joining the public network.
        own = {"IPFS_PATH": str(self._repository(name)), "LIBP2P_FORCE_PNET": "1", "IPFS_TELEMETRY": "off"}
        return {**os.environ, **own}

    def _private(self, config: dict[str, Any], name: str, others: list[dict[str, Any]]) -> dict[str, Any]:
        """The configuration with everything off that would look for others than `others`."""
        config["Addresses"] |= {"API": self.address(name), "Gateway": [], "Swarm": [self._swarm_address(name)]}
        config["Discovery"] = {"MDNS": {"Enabled": False}}
        config["Peering"] = {"Peers": others}
        config |= {"Bootstrap": [], "AutoConf": {"Enabled": False}, "AutoTLS": {"Enabled": False}}
        config |= {"DNS": {"Resolvers": {}}, "Routing": {"Type": "dht", "DelegatedRouters": []}}
        config["Ipns"]["DelegatedPublishers"] = []
        config["Plugins"] = {"Plugins": {"telemetry": {"Disabled": True}}}
        return config


def find_ipfs() -> str:
    """Kubo from PATH, else from this checkout's build/engines. ToolMissing names what to do."""
    needed = f"Kubo {VERSION}x: make engines"
    return find_program("ipfs", "build/engines", "version", VERSION, needed)
