"""ABI: commands to calldata, revert bytes to names. No IO. Logs are in `logs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi import decode, encode
from eth_utils import keccak, to_checksum_address

from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES, Command

Parameter = Mapping[str, Any]
#: Solidity's own two errors.
BUILT_IN_ERRORS: dict[str, Parameter] = {
    "0x08c379a0": {"name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    "0x4e487b71": {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
}


@dataclass(frozen=True, slots=True)
class DecodedError:
    """A revert by name. `args` hold JSON values."""

    name: str
    args: dict[str, Any]


def type_of(parameter: Parameter) -> str:
    """The canonical type of an ABI parameter, tuples spelled out."""
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(type_of(c) for c in parameter["components"]) + ")" + kind[len("tuple") :]


def signature_of(entry: Parameter) -> str:
    return f"{entry['name']}({','.join(type_of(p) for p in entry['inputs'])})"


def calldata_of(command: Command) -> str:
    """The calldata of a command as 0x-hex. Byte strings are given as 0x-hex, structs as sequences in field order."""
    selector, types, inputs = _functions(command.contract)[command.function]
    values = [to_abi(p, v) for p, v in zip(inputs, command.args, strict=True)]
    return "0x" + (selector + encode(types, values)).hex()


def constructor_of(role: str, args: Sequence[Any]) -> str:
    """Creation code with the constructor's arguments, as 0x-hex."""
    entry = _constructor(role)
    types = [type_of(p) for p in entry["inputs"]]
    values = [to_abi(p, v) for p, v in zip(entry["inputs"], args, strict=True)]
    return artifact_of(role).bytecode + encode(types, values).hex()


def constructor_parameters(role: str) -> list[str]:
    """The names of the constructor's parameters, in their order."""
    return [str(parameter["name"]) for parameter in _constructor(role)["inputs"]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A call whose first argument is a list, which the contract goes through in its order until it refuses an item."""

    selector: bytes
    types: Sequence[str]
    values: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.values[0])

    def first(self, count: int) -> str:
        """The same call with so many of its items, as 0x-hex."""
        items, *others = self.values
        return "0x" + (self.selector + encode(self.types, (items[:count], *others))).hex()


def batch_of(calldata: str) -> Batch | None:
    """None for a call that is no batch."""
    content = bytes.fromhex(calldata.removeprefix("0x"))
    for role in CONTRACT_TYPES:
        for selector, types, _inputs in _functions(role).values():
            if selector == content[:4]:
                is_batch = bool(types) and types[0].endswith("[]")
                return Batch(selector, types, decode(types, content[4:])) if is_batch else None
    return None


def decode_error(data: bytes) -> DecodedError:
    """Revert bytes by name; an unknown selector gives the name `Unknown`."""
    selector = "0x" + data[:4].hex()
    entry = _errors().get(selector)
    if entry is None:
        return DecodedError("Unknown", {"selector": selector})
    values = decode([type_of(p) for p in entry["inputs"]], data[4:])
    return DecodedError(
        str(entry["name"]), {p["name"]: from_abi(p, v) for p, v in zip(entry["inputs"], values, strict=True)}
    )


def error_names() -> list[str]:
    """Every custom error in every packaged ABI."""
    return sorted({str(e["name"]) for role in CONTRACT_TYPES for e in artifact_of(role).abi if e["type"] == "error"})


def event_names() -> list[str]:
    """Every event in every packaged ABI."""
    return sorted({str(e["name"]) for role in CONTRACT_TYPES for e in artifact_of(role).abi if e["type"] == "event"})


def _constructor(role: str) -> Parameter:
    return next(e for e in artifact_of(role).abi if e["type"] == "constructor")


@cache
def _functions(role: str) -> dict[str, tuple[bytes, list[str], Sequence[Parameter]]]:
    """By name: the selector, and the types and parameters that follow it."""
    return {
        str(entry["name"]): (
            keccak(text=signature_of(entry))[:4],
            [type_of(parameter) for parameter in entry["inputs"]],
            entry["inputs"],
        )
        for entry in artifact_of(role).abi
        if entry["type"] == "function"
    }


@cache
def _errors() -> dict[str, Parameter]:
    found = dict(BUILT_IN_ERRORS)
    for role in CONTRACT_TYPES:
        for entry in artifact_of(role).abi:
            if entry["type"] == "error":
                found["0x" + keccak(text=signature_of(entry))[:4].hex()] = entry
    return found


def to_abi(parameter: Parameter, value: Any) -> Any:
    """A value as eth_abi wants it: byte strings from 0x-hex, structs from sequences in field order.

    ValueError for a byte string that is no hex or not of its type's length, which eth_abi would pad.
    """
    kind = str(parameter["type"])
    if kind.endswith("]"):
        item = {**parameter, "type": kind[: kind.rindex("[")]}
        return [to_abi(item, v) for v in value]
    if kind == "tuple":
        return tuple(to_abi(c, v) for c, v in zip(parameter["components"], value, strict=True))
    if kind.startswith("bytes") and isinstance(value, str):
        content = bytes.fromhex(value.removeprefix("0x"))
        if kind != "bytes" and len(content) != int(kind.removeprefix("bytes")):
            raise ValueError(f"{len(content)} bytes instead of {kind}")
        return content
    return value


def from_abi(parameter: Parameter, value: Any) -> Any:
    """A decoded value as JSON: byte strings as 0x-hex, addresses checksummed, structs by field name."""
    kind = str(parameter["type"])
    if kind.endswith("]"):
        item = {**parameter, "type": kind[: kind.rindex("[")]}
        return [from_abi(item, v) for v in value]
    if kind == "tuple":
        return {c["name"]: from_abi(c, v) for c, v in zip(parameter["components"], value, strict=True)}
    if kind.startswith("bytes"):
        return "0x" + bytes(value).hex()
    if kind == "address":
        return to_checksum_address(value)
    return value
