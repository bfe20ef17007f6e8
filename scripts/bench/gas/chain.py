"""A chain of the bench's own, and the writes that are measured on it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from eth_abi import decode
from eth_utils import keccak, to_checksum_address

from ledger_node.chain import abi
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import MOST_GAS, KeystoreSigner
from ledger_node.domain.command import CONTRACT_TYPES, Command, Contracts
from ledger_node.errors import ChainUnreachable, NetworkState
from ledger_node.localnet.anvil import find_anvil
from ledger_node.localnet.processes import free_port, start, stop
from scripts.bench.gas import trace, where
from scripts.bench.gas.floor import REFUND, Touched, floor_of
from scripts.bench.gas.values import account, digests, ordered

CHAIN_ID = 31_339
#: The fork that a local network runs on; the contracts are compiled for it.
HARDFORK = "paris"
BLOCK_GAS = 100_000_000
#: When the chain begins (Unix time): chosen so that times in calldata hold no zero byte either.
BEGINNING = 0x6B6B6B6B
START_TIMEOUT = 20.0  # seconds
RECEIPT_TIMEOUT = 60.0  # seconds
#: Stands for a salt, which `write` chooses so that the id derived from it holds no zero byte.
SALT = object()


class Refused(Exception):
    """The chain would refuse a write of the scenario; says which one and why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One write: the gas of its receipt and what it touched.

    `spent` is the gas above the floor by frame and kind of step, when the chain traces steps.
    """

    gas: int
    touched: Touched
    spent: Mapping[tuple[str, str], int]

    @property
    def floor(self) -> int:
        return floor_of(self.touched)

    @property
    def agrees(self) -> bool:
        """Whether floor, steps and refund add up to the gas; true when steps were not traced."""
        used = self.floor + sum(self.spent.values())
        return not self.spent or self.gas == used - min(REFUND * self.touched.cleared, used // 5)

    @property
    def overhead(self) -> float:
        return self.gas / self.floor


@contextmanager
def running(folder: Path, *, steps: bool = False, options: Sequence[str] = ("--hardfork", HARDFORK)) -> Iterator[str]:
    """The URL of an anvil of our own: a block for each transaction, and a trace of each step when asked for."""
    port = free_port()
    arguments = [
        find_anvil(),
        *("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID), *options),
        *("--base-fee", "0", "--gas-price", "0", "--disable-min-priority-fee", "--gas-limit", str(BLOCK_GAS)),
        *("--accounts", "1", "--quiet", "--timestamp", str(BEGINNING)),
        *(["--steps-tracing"] if steps else []),
    ]
    handle = start(arguments, folder / "chain.log")
    try:
        url = f"http://127.0.0.1:{port}"
        ledger = RpcLedger(url)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                ledger.head()
                break
            except ChainUnreachable:
                if time.monotonic() > deadline or not handle.running():
                    raise NetworkState("the bench's chain did not start", needed="anvil of make setup") from None
                time.sleep(0.05)
        yield url
    finally:
        stop(handle)


class Chain:
    """Writes of named members, each in a block of its own.

    `turn` counts from 0. The scenario is played several times; turn 0 prepares what lasts (a member's first consent,
    counters that leave zero) and is not measured.
    """

    def __init__(self, url: str, *, steps: bool = False) -> None:
        self.ledger = RpcLedger(url, timeout=RECEIPT_TIMEOUT)
        self.turn = 0
        self.writes: dict[str, list[Measured]] = {}
        self._url = url
        self._steps = steps
        self._contracts: Contracts | None = None
        self._salts = digests("salt")
        self._digests = digests("digest")

    def use(self, contracts: Contracts) -> None:
        self._contracts = contracts

    @property
    def contracts(self) -> Contracts:
        assert self._contracts is not None
        return self._contracts

    def signer(self, member: str) -> KeystoreSigner:
        return KeystoreSigner(account(member), CHAIN_ID)

    def digest(self) -> str:
        """The next digest: 32 bytes, none of them zero."""
        return next(self._digests)

    def runtime_sizes(self) -> dict[str, int]:
        """Bytes of each contract's code on the chain, by the contract's name."""
        codes = {
            CONTRACT_TYPES[role]: str(self.ledger.call("eth_getCode", address, "latest"))
            for role, address in self.contracts.items()
        }
        return {name: (len(code) - 2) // 2 for name, code in codes.items()}

    def now(self) -> int:
        """The time of the newest block."""
        return self.ledger.head().timestamp

    def read(self, role: str, function: str) -> Any:
        """What a function without arguments returns."""
        calldata = abi.calldata_of(Command("", role, function, ()))
        entry = _function(role, function)
        answer = self._ask(function, "reader", self.contracts.address_of(role), calldata)
        return decode([abi.type_of(p) for p in entry["outputs"]], answer)[0]

    def create(self, code: str) -> str:
        """Makes a contract from its creation code and returns its address."""
        signer = self.signer("deployer")
        signed = signer.sign_creation(code, self.ledger.transaction_count(signer.address), MOST_GAS)
        return to_checksum_address(self.sent(signed.raw, signed.hash)["contractAddress"])

    def write(self, measure: str | None, member: str, role: str, function: str, *args: Any) -> Any:
        """Sends a write and measures it under this name; None is for preparations. Returns what the function returns.

        Structs may be given as mappings.
        """
        to = self.contracts.address_of(role)
        entry = _function(role, function)
        while True:
            given = [next(self._salts) if value is SALT else value for value in args]
            values = tuple(ordered(p, v) for p, v in zip(entry["inputs"], given, strict=True))
            calldata = abi.calldata_of(Command("", role, function, values))
            answer = self._ask(f"{function} of {measure or 'a preparation'}", member, to, calldata)
            made = decode([abi.type_of(p) for p in entry["outputs"]], answer)
            if SALT not in args or not made or not isinstance(made[0], bytes) or 0 not in made[0]:
                break
        self.send(measure, member, to, calldata)
        if not made:
            return None
        return "0x" + made[0].hex() if isinstance(made[0], bytes) else made[0]

    def send(self, measure: str | None, member: str, to: str, calldata: str, gas: int | None = None) -> dict[str, Any]:
        """Sends calldata to an address, measures it under this name, and returns the receipt."""
        signer = self.signer(member)
        signed = signer.sign(to, calldata, self.ledger.transaction_count(signer.address), gas)
        receipt = self.sent(signed.raw, signed.hash)
        if int(receipt["status"], 16) != 1:
            raise Refused(f"{measure or 'a preparation'}: refused in its block, though not just before")
        if measure is not None and self.turn > 0:
            self.writes.setdefault(measure, []).append(self._measured(signed.hash, calldata, receipt))
        return receipt

    def sent(self, raw: str, transaction: str) -> dict[str, Any]:
        """Sends signed bytes and waits for their receipt."""
        self.ledger.send(raw)
        deadline = time.monotonic() + RECEIPT_TIMEOUT
        while time.monotonic() < deadline:
            receipt = self.ledger.call("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return dict(receipt)
            time.sleep(0.005)
        raise Refused(f"no receipt of {transaction} within {RECEIPT_TIMEOUT:g} seconds")

    def _ask(self, what: str, member: str, to: str, calldata: str) -> bytes:
        call = {"from": account(member).address, "to": to, "data": calldata, "gas": hex(BLOCK_GAS)}
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"]}
        answer = httpx2.post(self._url, json=request, timeout=RECEIPT_TIMEOUT).json()
        if "result" in answer:
            return bytes.fromhex(answer["result"].removeprefix("0x"))
        revert = answer["error"].get("data")
        why = abi.decode_error(bytes.fromhex(revert[2:])) if isinstance(revert, str) else answer["error"]
        raise Refused(f"{what} by {member}: {why}")

    def _measured(self, transaction: str, calldata: str, receipt: Mapping[str, Any]) -> Measured:
        def traced(options: dict[str, Any]) -> Any:
            return self.ledger.call("debug_traceTransaction", transaction, options)

        calls = traced(trace.CALLS)
        touched = trace.touched_of(calldata, receipt, traced(trace.PRESTATE), traced(trace.DIFFERENCE), calls)
        gas = int(receipt["gasUsed"], 16)
        if not self._steps or gas > where.MOST_GAS:
            return Measured(gas, touched, {})
        frames = [self._name(address, selector) for address, selector in trace.frames_of(calls)]
        return Measured(gas, touched, where.spent_by(traced(where.STEPS)["structLogs"], frames))

    def _name(self, address: str, selector: str) -> str:
        """`ConsentToken.recordUse`."""
        for role, known in self.contracts.items():
            if known.lower() == address:
                functions = [e for e in artifact_of(role).abi if e["type"] == "function"]
                named = {"0x" + keccak(text=abi.signature_of(e))[:4].hex(): str(e["name"]) for e in functions}
                return f"{CONTRACT_TYPES[role]}.{named.get(selector, selector)}"
        return address


def _function(role: str, name: str) -> dict[str, Any]:
    return next(e for e in artifact_of(role).abi if e["type"] == "function" and e["name"] == name)
