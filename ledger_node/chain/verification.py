"""Code on a chain compared with the packaged source: byte for byte, immutables included.

An immutable that holds a contract's address must hold that of the same generation. So not only is each contract what
its source says; they are also wired to one another and to nothing else. What a contract keeps in storage is not looked
at: that is what events and evidence are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak, to_checksum_address

from ledger_node.chain import abi
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.source import Compiled
from ledger_node.domain.command import CONTRACT_TYPES, Command
from ledger_node.errors import ChainAnswerInvalid, WrongChain


class Verdict(Enum):
    """What was found of one contract, the worst first."""

    ABSENT = "no code"
    CODE = "code differs"
    IMMUTABLE = "immutable differs"
    RECORD = "not as recorded"
    UNLISTED = "not listed"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the reader was told of a chain: its id, its first block, and by role each contract's address and the
    keccak-256 of its code, all 0x-hex."""

    chain_id: int
    genesis: str
    contracts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One contract. `generation` is None for the Consortium, and for what the Consortium does not list.

    `compiled` and `on_chain` are keccak-256 of the code; in the first every immutable has the value that it must have.
    `details` say what differs, and which immutables nothing says the value of.
    """

    role: str
    generation: int | None
    address: str
    compiled: str
    on_chain: str
    verdict: Verdict
    details: tuple[str, ...]


def require_chain(ledger: RpcLedger, recorded: Recorded) -> None:
    """WrongChain when it is another chain than the recorded one."""
    chain_id = ledger.chain_id()
    if chain_id != recorded.chain_id:
        raise WrongChain("the chain id differs", got=str(chain_id), needed=str(recorded.chain_id))
    genesis = ledger.block(0)
    if genesis is None or genesis.hash.lower() != recorded.genesis.lower():
        raise WrongChain("the chain's first block differs", needed="the chain of the record")


def verify(ledger: RpcLedger, compiled: Mapping[str, Compiled], recorded: Recorded) -> list[Finding]:
    """The Consortium, then every contract of every generation that it lists, then recorded ones that it does not list.

    WrongChain when it is another chain than the recorded one.
    """
    require_chain(ledger, recorded)
    consortium = recorded.contracts["consortium"][0]
    check = _Check(ledger, compiled, recorded)
    first = check.contract("consortium", None, {"consortium": consortium})
    # A contract that is not ours can list whatever it likes.
    listed = dict(_generations(ledger, consortium)) if first.verdict is Verdict.EQUAL else {}
    findings = [first]
    for number, addresses in listed.items():
        findings += [check.contract(role, number, addresses) for role in addresses if role != "consortium"]
    seen = {finding.address.lower() for finding in findings}
    told = {role: address for role, (address, _) in recorded.contracts.items()}
    return findings + [
        check.contract(role, None, told, listed=False) for role in told if told[role].lower() not in seen
    ]


class _Check:
    def __init__(self, ledger: RpcLedger, compiled: Mapping[str, Compiled], recorded: Recorded) -> None:
        self._ledger = ledger
        self._compiled = compiled
        self._recorded = {address.lower(): digest for address, digest in recorded.contracts.values()}

    def contract(self, role: str, number: int | None, addresses: Mapping[str, str], *, listed: bool = True) -> Finding:
        """`addresses` are those of the whole generation, by role."""
        address = addresses[role]
        code = _bytes(self._ledger.call("eth_getCode", address, "latest"), "eth_getCode")
        wanted, verdict, details = _compare(self._compiled[role], code, addresses)
        digest = "0x" + keccak(code).hex()
        needed = self._recorded.get(address.lower(), digest)
        if digest != needed:
            verdict = Verdict.RECORD if verdict is Verdict.EQUAL else verdict
            details = (*details, f"the record says code hash {needed}")
        if verdict is Verdict.EQUAL and not listed:
            verdict = Verdict.UNLISTED
        return Finding(role, number, address, "0x" + keccak(wanted).hex(), digest, verdict, details)


def _compare(compiled: Compiled, code: bytes, addresses: Mapping[str, str]) -> tuple[bytes, Verdict, tuple[str, ...]]:
    """The code that must be there, and what is."""
    needed = {
        part.name: bytes(12) + bytes.fromhex(addresses[part.role].removeprefix("0x"))
        for part in compiled.immutables
        if part.role is not None and part.role in addresses
    }
    zeros = {part.name: needed.get(part.name, bytes(32)) for part in compiled.immutables}
    if len(code) != len(compiled.code):
        detail = f"{len(code)} bytes instead of {len(compiled.code)}"
        return compiled.filled(zeros), Verdict.CODE if code else Verdict.ABSENT, (detail,)
    found = compiled.values(code)
    # Nothing says what the others are: that they are the same wherever they stand is all that can be asked.
    wanted = compiled.filled({name: needed.get(name, min(values)) for name, values in found.items()})
    details = [
        f"{name} is {_hex(min(values))}, which nothing says the right value of"
        for name, values in sorted(found.items())
        if name not in needed
    ]
    if wanted == code:
        return wanted, Verdict.EQUAL, tuple(details)
    for name, values in sorted(found.items()):
        right = needed.get(name, min(values))
        details += [f"{name} is {_hex(value)} instead of {_hex(right)}" for value in sorted(values) if value != right]
    masked = {part.name: bytes(32) for part in compiled.immutables}
    if Compiled(code, compiled.immutables).filled(masked) == compiled.code:
        return wanted, Verdict.IMMUTABLE, tuple(details)
    at = next(at for at, (here, there) in enumerate(zip(code, wanted, strict=True)) if here != there)
    return wanted, Verdict.CODE, (*details, f"byte {at} of {len(code)} is the first that differs")


def _generations(ledger: RpcLedger, consortium: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and addresses by role, the Consortium's own among them, of every listed generation."""
    (count,) = _call(ledger, consortium, "generationCount")
    for number in range(1, count + 1):
        (fields,) = _call(ledger, consortium, "generation", number)
        outputs = _function("generation")["outputs"][0]["components"]
        addresses = {
            part["name"]: to_checksum_address(value)
            for part, value in zip(outputs, fields, strict=True)
            if part["name"] in CONTRACT_TYPES
        }
        yield number, {"consortium": consortium, **addresses}


def _call(ledger: RpcLedger, consortium: str, function: str, *args: object) -> tuple[Any, ...]:
    data = abi.calldata_of(Command("", "consortium", function, args))
    answer = _bytes(ledger.call("eth_call", {"to": consortium, "data": data}, "latest"), "eth_call")
    kinds = [abi.type_of(part) for part in _function(function)["outputs"]]
    try:
        return tuple(decode(kinds, answer))
    except DecodingError:
        raise ChainAnswerInvalid("the Consortium's answer cannot be read", got=function) from None


def _function(name: str) -> dict[str, Any]:
    return next(e for e in artifact_of("consortium").abi if e["type"] == "function" and e["name"] == name)


def _bytes(answer: object, method: str) -> bytes:
    try:
        return bytes.fromhex(str(answer).removeprefix("0x"))
    except ValueError:
        raise ChainAnswerInvalid("the chain's RPC answered with something else than hex", got=method) from None


def _hex(word: bytes) -> str:
    return "0x" + (word[12:] if word[:12] == bytes(12) else word).hex()
