"""A local network: up, down, and up again with what it kept in its folder."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ledger_node.chain.deploy import deploy
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner, create_keystore
from ledger_node.config import deployment_json, load_deployment
from ledger_node.errors import ChainUnreachable, LedgerError, NetworkState
from ledger_node.localnet.admission import Admissions
from ledger_node.localnet.interrupts import check, held, interruptible
from ledger_node.localnet.keys import LIGHT_SCRYPT
from ledger_node.localnet.members import CONSORTIUM, Plan, Surroundings, configure, make_member
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.part import Chain, Part
from ledger_node.localnet.processes import Handle, stop_all
from ledger_node.localnet.record import Network
from ledger_node.localnet.settings import Settings
from ledger_node.localnet.settling import settled_creation

__all__ = ["Network", "down", "remove", "start_node", "start_process", "up", "wait_until_ready"]

AGREE_TIMEOUT = 120.0  # seconds until all signers stand on the same blocks
RECORD = "network.json"
Said = Callable[[str], None]


def _silent(text: str) -> None:
    """Says nothing."""


def up(
    folder: Path,
    *,
    chain_port: int = 0,
    node_ports: Sequence[int] = (),
    plans: Sequence[Plan] = CONSORTIUM,
    say: Said = _silent,
    **asked: Any,
) -> Network:
    """Starts a chain, deploys, admits, starts a node for each member. When a part fails, all that began is stopped.

    So it is on SIGINT and SIGTERM. What was made stays in the folder until `remove`, and `up` starts a network that was
    stopped once more, as it was made. `asked` are fields of Settings.
    """
    folder = folder.resolve()
    before = _before(folder)
    if before is not None:
        return _again(before, asked, chain_port, node_ports, say)
    network = Network(folder, Settings(**asked))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise NetworkState("the folder cannot be made", needed="a folder that this user may write") from None
    if chain_port:
        network.ports.give(network.chain.port_name, chain_port)
    for plan, port in zip(plans, node_ports, strict=False):
        network.ports.give(plan.slug, port)
    with _whole(network):
        _make(network, plans, say)
        _found(network, say)
        _start_parts(network, [name for name in network.parts() if name != "chain"], say)
    return network


def down(network: Network) -> None:
    """Stops the nodes, then what they stand on. The folder stays, to be started again."""
    for started in reversed(list(network.processes.values())):
        stop_all(list(started.values()))


def remove(folder: Path) -> None:
    """Stops what an earlier network left running and removes its folder, whether it came up or not.

    Nothing when there is no folder or it is empty. NetworkState when it is not a network's.
    """
    folder = folder.resolve()
    if not _holds_ours(folder):
        return
    if (folder / RECORD).exists():
        down(Network.load(folder))
    try:
        shutil.rmtree(folder)
    except OSError:
        raise NetworkState("the folder cannot be removed", needed="a folder that this user may write") from None


def start_process(network: Network, part: str, name: str) -> Handle:
    """Starts one process of a network, as `up` does, and waits for it: a signer that was stopped, say. `part` is
    `chain`, `documents`, `database` or `nodes`."""
    handle = _start(network, part, network.parts()[part], name)
    network.parts()[part].wait(name, handle)
    return handle


# Making


def _make(network: Network, plans: Sequence[Plan], say: Said) -> None:
    """Keys, ports and files of all parts, on disk before anything runs."""
    network.save()
    say("keys")
    network.passwords = {plan.slug: secrets.token_urlsafe(24) for plan in plans}
    folder, ports = network.folder, network.ports
    network.members = tuple(make_member(plan, folder / plan.slug, ports.of(plan.slug)) for plan in plans)
    check()
    for part in network.parts().values():
        part.make()
        check()
    for number, member in enumerate(network.members):
        configure(member, _surroundings(network, member.plan.slug, number))
    network.save()


def _surroundings(network: Network, slug: str, number: int) -> Surroundings:
    """Members are spread over the signers."""
    swarm, server, urls = network.swarm, network.server, network.chain.urls
    return Surroundings(
        engine=network.chain.kind,
        rpc_url=urls[number % len(urls)],
        database="sqlite:///node.db" if server is None else server.url(slug),
        blobs='kind = "folder"\npath = "../blobs"'
        if swarm is None
        else f'kind = "kubo"\naddress = "{swarm.address(slug)}"',
    )


def _found(network: Network, say: Said) -> None:
    """The chain with the contracts and all members on it."""
    _start_parts(network, ["chain"], say)
    _agree(network.chain)
    chain_id, depth = network.settings.chain_id, network.chain.depth
    ledger = RpcLedger(network.rpc_url)
    founders = [member for member in network.members if member.plan.founder]
    say("contracts")
    deployer = _throw_away_key(network.folder, chain_id)
    before = ledger.head().number
    deployment = deploy(ledger, deployer, [member.founder() for member in founders])
    if depth:
        block = settled_creation(ledger, deployment.contracts.consortium, max(0, before - depth), depth)
        deployment = replace(deployment, block=block)
    (network.folder / "deployment.json").write_text(deployment_json(deployment))
    check()
    say("admissions")
    newcomers = [member for member in network.members if not member.plan.founder]
    Admissions(ledger, deployment.contracts, chain_id, depth).admit(founders, newcomers)
    network.complete = True
    network.save()
    check()


def _agree(chain: Chain) -> None:
    """Waits until signers that began alone follow one chain: a deployment must not be on one that is left behind."""
    ledgers = [RpcLedger(url) for url in chain.urls]
    number = len(ledgers) // 2 * 2
    deadline = time.monotonic() + AGREE_TIMEOUT
    while time.monotonic() < deadline:
        found = [ledger.block(number) for ledger in ledgers]
        if found[0] is not None and all(block == found[0] for block in found):
            return
        check()
        time.sleep(0.1)
    stand = ", ".join(f"{name} at {ledger.head().number}" for name, ledger in zip(chain.names, ledgers, strict=True))
    raise NetworkState("the signers do not follow one chain", got=stand, needed="see the logs in the network's folder")


def _throw_away_key(folder: Path, chain_id: int) -> KeystoreSigner:
    """The key that makes the contracts. It has no power over them, so it is forgotten at once."""
    keystore = folder / "deployer.json"
    try:
        create_keystore(keystore, "deployer", iterations=LIGHT_SCRYPT)
        return KeystoreSigner.open(keystore, "deployer", chain_id)
    finally:
        keystore.unlink(missing_ok=True)


# Starting


def _again(network: Network, asked: dict[str, Any], chain_port: int, node_ports: Sequence[int], say: Said) -> Network:
    """The same network with its state. NetworkState when it runs, was cut when it was made, or was made otherwise."""
    if network.running():
        raise NetworkState("a network runs in this folder", needed="medledger network down, or --fresh to remove it")
    if not network.complete:
        raise NetworkState("the network in this folder was cut while it was made", needed="--fresh, to remove it")
    differing = network.settings.differing(asked)
    if chain_port not in (0, network.ports.of(network.chain.port_name)):
        differing.append("chain_port")
    if any(port != member.port for port, member in zip(node_ports, network.members, strict=False)):
        differing.append("node_port")
    if differing:
        raise NetworkState(
            "the network in this folder was made otherwise",
            got=", ".join(differing),
            needed="the same or none, or --fresh to remove it",
        )
    network.ports.check()
    with _whole(network):
        network.processes.clear()
        _start_parts(network, ["chain"], say)
        try:
            RpcLedger(network.rpc_url).verify(load_deployment(network.folder / "deployment.json"))
        except ChainUnreachable:
            raise
        except LedgerError:
            raise NetworkState(
                "the chain has not kept its blocks; anvil loses them when it is killed", needed="--fresh"
            ) from None
        _start_parts(network, [name for name in network.parts() if name != "chain"], say)
    return network


def _start_parts(network: Network, names: Sequence[str], say: Said) -> None:
    parts = network.parts()
    for name in names:
        say(name)
        started = [(one, _start(network, name, parts[name], one)) for one in parts[name].names]
        for one, handle in started:
            parts[name].wait(one, handle)
        check()


def _start(network: Network, group: str, part: Part, name: str) -> Handle:
    """The process is in the folder's record before anything else happens."""

    def known(handle: Handle) -> None:
        network.processes.setdefault(group, {})[name] = handle
        network.save()

    return part.start(name, known)


@contextmanager
def _whole(network: Network) -> Iterator[None]:
    """All that is started inside, or nothing that runs; on SIGINT and SIGTERM too."""
    with interruptible():
        try:
            yield
        except BaseException:
            with held(then_raise=False):
                down(network)
            raise


# The folder


def _before(folder: Path) -> Network | None:
    """The network that was made in this folder, if any. NetworkState when it is another's, or unreadable."""
    if not _holds_ours(folder) or not (folder / RECORD).exists():
        return None
    return Network.load(folder)


def _holds_ours(folder: Path) -> bool:
    """Whether a network was begun in this folder; False when it is absent or empty, NetworkState when it is another's.

    The record is the first thing that is written there.
    """
    try:
        names = {entry.name for entry in folder.iterdir()}
    except FileNotFoundError:
        return False
    except OSError:
        raise NetworkState("the folder cannot be read", needed="a folder that this user may write") from None
    if RECORD in names:
        Network.load(folder)
    elif names - {f"{RECORD}.new"}:
        raise NetworkState("the folder is not empty and not a network's", needed="another folder, or an empty one")
    return bool(names)
