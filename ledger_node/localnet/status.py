"""What runs in a local network, for people and programs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ledger_node.chain.rpc import RpcLedger
from ledger_node.errors import LedgerError
from ledger_node.localnet.record import Network

TIMEOUT = 5.0  # seconds for one engine's answer


def status(network: Network, *, keys: bool = False) -> dict[str, Any]:
    """As JSON. `running` is about the chain: all its processes. With `keys` each node's API keys are in it."""
    engines = _engines(network)
    found: dict[str, Any] = {
        "engine": network.settings.engine,
        "depth": network.chain.depth,
        "rpcUrl": network.rpc_url,
        "running": all(engine["running"] for engine in engines),
        "engines": engines,
        "blobs": network.settings.blobs,
        "swarm": _swarm(network),
        "store": {"kind": network.settings.store, "running": _store_runs(network)},
        "nodes": [],
    }
    for member in network.members:
        node: dict[str, Any] = {
            "slug": member.plan.slug,
            "name": member.plan.name,
            "url": member.url,
            "operator": member.operator,
            "running": network.handle("nodes", member.plan.slug).running(),
            "folder": str(member.folder),
        }
        found["nodes"].append({**node, "apiKeys": member.api_keys} if keys else node)
    return found


def alive(found: dict[str, Any]) -> bool:
    """Whether a status says that everything runs."""
    parts = [*found["engines"], *found["swarm"], found["store"], *found["nodes"]]
    return bool(found["nodes"]) and all(part["running"] for part in parts)


def _engines(network: Network) -> list[dict[str, Any]]:
    """Each engine with its head, and with its peers where there are several; None when it does not answer."""
    chain = network.chain

    def ask(name: str, url: str) -> dict[str, Any]:
        running = network.handle("chain", name).running()
        head = peers = None
        if running:
            ledger = RpcLedger(url, timeout=TIMEOUT)
            try:
                head = ledger.head().number
                peers = int(ledger.call("net_peerCount"), 16) if len(chain.names) > 1 else None
            except LedgerError:
                pass  # it runs and does not answer: both stay None
        made = {"name": name, "url": url, "running": running, "head": head, "peers": peers}
        return {**made, "signer": sealer} if network.complete and (sealer := chain.sealer(name)) else made

    with ThreadPoolExecutor(len(chain.names)) as pool:
        return list(pool.map(ask, chain.names, chain.urls))


def _swarm(network: Network) -> list[dict[str, Any]]:
    swarm = network.swarm
    if swarm is None:
        return []

    def ask(name: str) -> dict[str, Any]:
        running = network.handle("documents", name).running()
        return {
            "slug": name,
            "address": swarm.address(name),
            "running": running,
            "peers": swarm.peers(name) if running else 0,
        }

    with ThreadPoolExecutor() as pool:
        return list(pool.map(ask, swarm.names))


def _store_runs(network: Network) -> bool:
    """SQLite is a file, which is there."""
    return network.server is None or network.handle("database", "postgresql").running()
