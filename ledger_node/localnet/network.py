"""A local network, up and down. What runs is written to `network.json` in its folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ledger_node.chain.deploy import deploy
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner, create_keystore
from ledger_node.config import deployment_json
from ledger_node.errors import NetworkState, PortInUse
from ledger_node.localnet.admission import Admissions
from ledger_node.localnet.engine import start_anvil
from ledger_node.localnet.members import CONSORTIUM, LIGHT_SCRYPT, Member, Plan, make_member
from ledger_node.localnet.processes import Handle, free_port, port_is_free, start, stop

START_TIMEOUT = 60.0  # seconds for a node to answer
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Network:
    """What was started: the engine and, by slug, each member's node."""

    folder: Path
    rpc_url: str
    engine: Handle
    members: tuple[Member, ...]
    nodes: dict[str, Handle]

    def member(self, slug: str) -> Member:
        return next(member for member in self.members if member.plan.slug == slug)

    def save(self) -> None:
        content = {
            "rpcUrl": self.rpc_url,
            "engine": asdict(self.engine),
            "members": [member.to_json() for member in self.members],
            "nodes": {slug: asdict(handle) for slug, handle in self.nodes.items()},
        }
        file = self.folder / "network.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(content, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Network:
        """NetworkState when no network was started in this folder."""
        try:
            content = json.loads((folder / "network.json").read_text())
        except FileNotFoundError:
            raise NetworkState("no network was started in this folder", needed="medledger network up") from None
        return cls(
            folder=folder,
            rpc_url=content["rpcUrl"],
            engine=Handle(**content["engine"]),
            members=tuple(Member.from_json(member) for member in content["members"]),
            nodes={slug: Handle(**handle) for slug, handle in content["nodes"].items()},
        )


def up(
    folder: Path,
    *,
    chain_id: int,
    block_time: float = 1.0,
    chain_port: int = 0,
    node_ports: Sequence[int] = (),
    plans: Sequence[Plan] = CONSORTIUM,
    say: Said = lambda text: None,  # noqa: ARG005
) -> Network:
    """Starts a chain, deploys, admits, starts a node for each member. When a part fails, all that began is stopped."""
    folder = folder.resolve()
    if (folder / "network.json").exists():
        raise NetworkState(
            "a network lives in this folder", needed="another folder, or remove this one after medledger network down"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for port in (chain_port, *node_ports):
        if port and not port_is_free("127.0.0.1", port):
            raise PortInUse("a port is taken", got=f"port {port}", needed="a free port, or none to have one chosen")
    started: list[Handle] = []
    try:
        chain_port = chain_port or free_port()
        rpc_url = f"http://127.0.0.1:{chain_port}"
        say("chain")
        engine = start_anvil(chain_port, chain_id, block_time, folder / "chain.log")
        started.append(engine)
        ledger = RpcLedger(rpc_url)
        ports = [*node_ports, *(free_port() for _ in plans[len(node_ports) :])]
        record, blobs = folder / "deployment.json", folder / "blobs"
        members = [
            make_member(plan, folder / plan.slug, port, rpc_url, record, blobs)
            for plan, port in zip(plans, ports, strict=True)
        ]
        founders = [member for member in members if member.plan.founder]
        say("contracts")
        deployer = _throw_away_key(folder, chain_id)
        deployment = deploy(ledger, deployer, [member.founder() for member in founders])
        record.write_text(deployment_json(deployment))
        say("admissions")
        newcomers = [member for member in members if not member.plan.founder]
        Admissions(ledger, deployment.contracts, chain_id).admit(founders, newcomers)
        say("nodes")
        nodes = {}
        for member in members:
            nodes[member.plan.slug] = start_node(member)
            started.append(nodes[member.plan.slug])
        for member in members:
            wait_until_ready(member, nodes[member.plan.slug])
    except BaseException:
        for handle in reversed(started):
            stop(handle)
        raise
    network = Network(folder, rpc_url, engine, tuple(members), nodes)
    network.save()
    return network


def down(network: Network) -> None:
    """Stops the nodes, then the chain. The folder stays, for looking at."""
    for handle in network.nodes.values():
        stop(handle)
    stop(network.engine)


def remove(folder: Path) -> None:
    """Stops what an earlier network left running and removes its folder; nothing when there is none."""
    try:
        down(Network.load(folder))
    except NetworkState:
        return
    shutil.rmtree(folder)


def start_node(member: Member) -> Handle:
    command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(member.config)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEDLEDGER_")}
    return start(command, member.folder / "node.log", clean)


def wait_until_ready(member: Member, handle: Handle, timeout: float = START_TIMEOUT) -> None:
    """NetworkState when the node ends or does not answer in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and handle.running():
        try:
            with urllib.request.urlopen(f"{member.url}/readyz", timeout=5) as answer:  # noqa: S310  (our own loopback)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise NetworkState(f"the node of {member.plan.slug} did not start", needed="see node.log in its folder")


def _throw_away_key(folder: Path, chain_id: int) -> KeystoreSigner:
    """The key that makes the contracts. It has no power over them, so it is forgotten at once."""
    keystore = folder / "deployer.json"
    try:
        create_keystore(keystore, "deployer", iterations=LIGHT_SCRYPT)
        return KeystoreSigner.open(keystore, "deployer", chain_id)
    finally:
        keystore.unlink(missing_ok=True)
