"""Events of every kind, made from the packaged ABIs."""

from __future__ import annotations

from typing import Any

from ledger_node.chain.abi import Parameter
from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.position import Event, Position
from tests.fakes import address, digest


def examples() -> list[Event]:
    """One event of each name, with a value of its type in each argument."""
    found = {
        entry["name"]: Event(
            Position(7, 3),
            digest(1),
            digest(2),
            role,
            entry["name"],
            {part["name"]: _value(part) for part in entry["inputs"]},
            0 if role == "consortium" else 1,
        )
        for role in CONTRACT_TYPES
        for entry in artifact_of(role).abi
        if entry["type"] == "event"
    }
    return [found[name] for name in sorted(found)]


def _value(parameter: Parameter) -> Any:
    kind = str(parameter["type"])
    if kind.endswith("[]"):
        return [_value({**parameter, "type": kind[:-2]})] * 2
    if kind == "tuple":
        return {part["name"]: _value(part) for part in parameter["components"]}
    values: dict[str, Any] = {"bool": True, "string": "Aurora Institute", "bytes": "0x01", "bytes32": digest(5)}
    return address(9) if kind == "address" else values.get(kind, 1)
