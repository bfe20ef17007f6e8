"""The packaged output of the compiler."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ledger_node.domain.command import CONTRACT_TYPES


@dataclass(frozen=True, slots=True)
class Artifact:
    """`bytecode` makes the contract; `storage` maps each state variable to its base slot."""

    abi: list[dict[str, Any]]
    bytecode: str
    storage: dict[str, int]


@cache
def artifact_of(role: str) -> Artifact:
    """The artifact of a contract by its role in a generation (`consents`)."""
    name = CONTRACT_TYPES[role]
    content = json.loads(files(__package__).joinpath("artifacts", f"{name}.json").read_text())
    return Artifact(content["abi"], content["bytecode"], content["storage"])
