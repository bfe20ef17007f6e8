"""All that others can see: the chain, the public documents, the nodes' answers and figures, their files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx2

from ledger_node.chain.rpc import RpcLedger
from ledger_node.localnet.network import Network

AT_ONCE = 100  # calls in one request


def blocks(network: Network, since: int = 0) -> Iterator[dict[str, Any]]:
    """Every block with its whole transactions."""
    ledger = RpcLedger(network.rpc_url)
    numbers = range(since, ledger.head().number + 1)
    for first in range(since, numbers.stop, AT_ONCE):
        some = range(first, min(first + AT_ONCE, numbers.stop))
        yield from ledger.batch([("eth_getBlockByNumber", [hex(number), True]) for number in some])


def calldata(network: Network, since: int = 0) -> Iterator[bytes]:
    for block in blocks(network, since):
        yield from (bytes.fromhex(one["input"][2:]) for one in block["transactions"])


def logs(network: Network, since: int = 0) -> Iterator[bytes]:
    """Topics and data of every event."""
    found = RpcLedger(network.rpc_url).call("eth_getLogs", {"fromBlock": hex(since), "toBlock": "latest"})
    for log in found:
        yield from (bytes.fromhex(part[2:]) for part in (*log["topics"], log["data"]))


def traces(network: Network, since: int) -> Iterator[bytes]:
    """What the engine tells of every transaction: calls between contracts, what they returned, why they failed."""
    ledger = RpcLedger(network.rpc_url)
    hashes = [one["hash"] for block in blocks(network, since) for one in block["transactions"]]
    for one in hashes:
        told = ledger.call("debug_traceTransaction", one, {"tracer": "callTracer"})
        yield json.dumps(told).encode()


def state(network: Network) -> bytes:
    """The engine's whole state: every slot of every contract."""
    return gzip.decompress(bytes.fromhex(RpcLedger(network.rpc_url).call("anvil_dumpState")[2:]))


def documents(network: Network) -> dict[str, bytes]:
    """The public documents of all members, by file name."""
    folder = network.folder / "blobs"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def answers(network: Network, *ids: tuple[str, str]) -> Iterator[tuple[str, bytes]]:
    """What every node answers about everything, and its figures, each with where it came from."""
    nouns = ("datasets", "consents", "requests", "models", "recalls", "streams", "organisations", "submissions")
    paths = [f"/v1/{noun}" for noun in nouns]
    for noun, one in ids:
        paths += [f"/v1/{noun}/{one}", *(f"/v1/{noun}/{one}/{part}" for part in PARTS[noun])]
    for member in network.members:
        key = {"Authorization": f"Bearer {member.api_keys['auditor']}"}
        with httpx2.Client(base_url=member.url, headers=key, timeout=30) as client:
            for path in (*paths, "/v1/node/status", "/metrics", "/", "/readyz"):
                answer = client.get(path)
                assert answer.status_code == 200, (member.plan.slug, path, answer.status_code)
                yield f"{member.plan.slug} {path}", answer.content + str(answer.headers).encode()


PARTS = {
    "datasets": ("versions", "erasures", "impact"),
    "consents": ("uses", "impact"),
    "streams": ("anchors",),
}
