"""Arguments that cost what real ones cost: digests without a zero byte, structs by the names of their fields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

Parameter = Mapping[str, Any]


def digests(label: str) -> Iterator[str]:
    """An endless row of 32-byte values as 0x-hex, always the same for a label. Zero bytes would cost less."""
    for number in count():
        digest = hashlib.sha256(f"{label} {number}".encode()).digest()
        if 0 not in digest:
            yield "0x" + digest.hex()


def account(label: str) -> LocalAccount:
    """A key of the bench, always the same for a label. Its address holds no zero byte."""
    for secret in digests(f"key of {label}"):
        made: LocalAccount = Account.from_key(secret)
        if 0 not in bytes.fromhex(made.address[2:]):
            return made
    raise AssertionError  # the row of digests has no end


def ordered(parameter: Parameter, value: Any) -> Any:
    """`value` with every mapping turned into the tuple that the ABI wants. A field that is left out is zero.

    KeyError for a field that the struct does not have, so that a changed contract is noticed.
    """
    kind = str(parameter["type"])
    if kind.endswith("]"):
        element = {**parameter, "type": kind[: kind.rindex("[")]}
        return [ordered(element, each) for each in value]
    if kind != "tuple" or not isinstance(value, Mapping):
        return value
    fields = {str(field["name"]): field for field in parameter["components"]}
    if unknown := sorted(set(value) - set(fields)):
        raise KeyError(f"no field {', '.join(unknown)} among {', '.join(fields)}")
    return tuple(ordered(field, value[name]) if name in value else zero(field) for name, field in fields.items())


def zero(parameter: Parameter) -> Any:
    """The zero of a type, as Solidity has it."""
    kind = str(parameter["type"])
    if kind.endswith("]"):
        return []
    if kind == "tuple":
        return tuple(zero(field) for field in parameter["components"])
    if kind == "bool":
        return False
    if kind == "string":
        return ""
    if kind == "address":
        return "0x" + "00" * 20
    if kind.startswith("bytes"):
        return "0x" + "00" * int(kind.removeprefix("bytes") or 0)
    return 0
