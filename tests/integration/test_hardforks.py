"""The same bytecode and the same scenario on every hard fork that a consortium's chain may run: paris, for which the
contracts are compiled, shanghai, and the newest that anvil has, with its bound on a transaction's gas (EIP-7825)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from eth_utils import keccak

from ledger_node.chain import abi
from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from scripts.bench.gas.chain import Chain, running
from scripts.bench.gas.scenario import Scenario

FORKS = {
    "paris": ("--hardfork", "paris"),
    "shanghai": ("--hardfork", "shanghai"),
    "default": ("--enable-tx-gas-limit",),
}
# Code that is run as it stands: what it does says which fork it is. PUSH0 came with shanghai (EIP-3855), CLZ with osaka
# (EIP-7939).
PUSH0 = "0x5f5ff3"
CLZ = "0x60011e60006000f3"
# Declared by ERC-721 and ERC-5192, and never emitted by a token that is bound for good.
NEVER = {"Approval", "ApprovalForAll", "Unlocked"}
RUNS = {"paris": set(), "shanghai": {PUSH0}, "default": {PUSH0, CLZ}}


@contextmanager
def chain_of(fork: str, folder: Path) -> Iterator[tuple[str, Chain]]:
    with running(folder, options=FORKS[fork]) as url:
        yield url, Chain(url)


def played(chain: Chain) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The code of each contract and all events, by contract and kind, after every write of a consortium's life."""
    scenario = Scenario(chain)
    scenario.play()
    scenario.end()
    codes = {
        role: str(chain.ledger.call("eth_getCode", address, "latest")) for role, address in chain.contracts.items()
    }
    logs = chain.ledger.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    return codes, [(str(log["address"]), str(log["topics"][0])) for log in logs]


def runs(url: str, code: str) -> bool:
    request = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"data": code}, "latest"]}
    return "result" in httpx2.post(url, json=request).json()


def test_same_bytecode_and_scenario_on_every_fork(tmp_path: Path) -> None:
    seen = {}
    for fork in FORKS:
        folder = tmp_path / fork
        folder.mkdir()
        with chain_of(fork, folder) as (url, chain):
            assert {code for code in (PUSH0, CLZ) if runs(url, code)} == RUNS[fork]
            seen[fork] = played(chain)
    codes, events = seen["paris"]
    assert seen["shanghai"] == seen["default"] == (codes, events)
    assert set(codes) == set(CONTRACT_TYPES)
    # Nothing is equal for want of anything to compare: each kind of event that the contracts have came.
    declared = {
        "0x" + keccak(text=abi.signature_of(entry)).hex()
        for role in CONTRACT_TYPES
        for entry in artifact_of(role).abi
        if entry["type"] == "event" and entry["name"] not in NEVER
    }
    assert {topic for _, topic in events} == declared
