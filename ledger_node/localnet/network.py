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
from ledger_node.localnet.interrupts import check, held, interruptible
from ledger_node.localnet.members import CONSORTIUM, LIGHT_SCRYPT, Member, Plan, make_member
from ledger_node.localnet.processes import Handle, Known, free_port, port_is_free, start, stop

START_TIMEOUT = 60.0  # seconds for a node to answer
#: What `up` makes in its folder besides the members' folders.
MADE = frozenset(
    {"network.json", "network.json.new", "chain.log", "deployment.json", "deployer.json", "blobs"}
    | {plan.slug for plan in CONSORTIUM}
)
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Network:
    """What was started: the engine and, by slug, each member's node. Saved with each start, so it may be a part."""

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
        file = self.folder / "network.json.new"
        file.touch(mode=0o600)
        file.write_text(json.dumps(content, indent=2) + "\n")
        file.replace(self.folder / "network.json")

    @classmethod
    def load(cls, folder: Path) -> Network:
        """NetworkState when no network was started in this folder."""
        try:
            content = json.loads((folder / "network.json").read_text())
            return cls(
                folder=folder,
                rpc_url=content["rpcUrl"],
                engine=Handle(**content["engine"]),
                members=tuple(Member.from_json(member) for member in content["members"]),
                nodes={slug: Handle(**handle) for slug, handle in content["nodes"].items()},
            )
        except (FileNotFoundError, NotADirectoryError):
            raise NetworkState("no network was started in this folder", needed="medledger network up") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise NetworkState("the folder's network.json is not a network's", needed="another folder") from None


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
    """Starts a chain, deploys, admits, starts a node for each member. When a part fails, all that began is stopped.

    So it is on SIGINT and SIGTERM. What was made stays in the folder for looking at, until `remove`.
    """
    folder = folder.resolve()
    if _holds_ours(folder):
        raise NetworkState(
            "a network lives in this folder", needed="another folder, or --fresh to stop and remove what is there"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise NetworkState("the folder cannot be made", needed="a folder that this user may write") from None
    for port in (chain_port, *node_ports):
        if port and not port_is_free("127.0.0.1", port):
            raise PortInUse("a port is taken", got=f"port {port}", needed="a free port, or none to have one chosen")
    started: list[Handle] = []
    with interruptible():
        try:
            return _start_all(folder, chain_id, block_time, chain_port, node_ports, plans, say, started)
        except BaseException:
            with held(then_raise=False):
                for handle in reversed(started):
                    stop(handle)
            raise


def _start_all(
    folder: Path,
    chain_id: int,
    block_time: float,
    chain_port: int,
    node_ports: Sequence[int],
    plans: Sequence[Plan],
    say: Said,
    started: list[Handle],
) -> Network:
    """Each process is in `started` and in the folder's record before anything else happens."""
    chain_port = chain_port or free_port()
    rpc_url = f"http://127.0.0.1:{chain_port}"

    def engine_known(handle: Handle) -> None:
        started.append(handle)
        Network(folder, rpc_url, handle, (), {}).save()

    say("chain")
    engine = start_anvil(chain_port, chain_id, block_time, folder / "chain.log", engine_known)
    check()
    ledger = RpcLedger(rpc_url)
    ports = [*node_ports, *(free_port() for _ in plans[len(node_ports) :])]
    record, blobs = folder / "deployment.json", folder / "blobs"
    members = [
        make_member(plan, folder / plan.slug, port, rpc_url, record, blobs)
        for plan, port in zip(plans, ports, strict=True)
    ]
    network = Network(folder, rpc_url, engine, tuple(members), {})
    founders = [member for member in members if member.plan.founder]
    say("contracts")
    deployer = _throw_away_key(folder, chain_id)
    deployment = deploy(ledger, deployer, [member.founder() for member in founders])
    record.write_text(deployment_json(deployment))
    check()
    say("admissions")
    newcomers = [member for member in members if not member.plan.founder]
    Admissions(ledger, deployment.contracts, chain_id).admit(founders, newcomers)
    check()
    say("nodes")
    for member in members:

        def node_known(handle: Handle, slug: str = member.plan.slug) -> None:
            started.append(handle)
            network.nodes[slug] = handle
            network.save()

        start_node(member, node_known)
    for member in members:
        wait_until_ready(member, network.nodes[member.plan.slug])
    check()
    return network


def down(network: Network) -> None:
    """Stops the nodes, then the chain. The folder stays, for looking at."""
    for handle in network.nodes.values():
        stop(handle)
    stop(network.engine)


def remove(folder: Path) -> None:
    """Stops what an earlier network left running and removes its folder, whether it came up or not.

    Nothing when there is no folder or it is empty. NetworkState when it is not a network's.
    """
    folder = folder.resolve()
    if not _holds_ours(folder):
        return
    if (folder / "network.json").exists():
        down(Network.load(folder))
    try:
        shutil.rmtree(folder)
    except OSError:
        raise NetworkState("the folder cannot be removed", needed="a folder that this user may write") from None


def _holds_ours(folder: Path) -> bool:
    """Whether a network was begun in this folder; False when it is absent or empty, NetworkState when it is another's.

    One that was cut before its record was written is known by what it made, and by nothing else being there.
    """
    try:
        names = {entry.name for entry in folder.iterdir()}
    except FileNotFoundError:
        return False
    except OSError:
        raise NetworkState("the folder cannot be read", needed="a folder that this user may write") from None
    if not names:
        return False
    if "network.json" in names:
        Network.load(folder)
    elif "chain.log" not in names or not names <= MADE:
        raise NetworkState("the folder is not empty and not a network's", needed="another folder, or an empty one")
    return True


def start_node(member: Member, known: Known = lambda handle: None) -> Handle:  # noqa: ARG005
    command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(member.config)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEDLEDGER_")}
    return start(command, member.folder / "node.log", clean, known)


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
