"""The packaged Solidity source, compiled again: what a reader who believes nobody compares a chain's code with.

`artifacts/source.json` is solc's standard JSON input with every source in it. solc gives the same bytes on every
machine, since the output depends on the source and the settings alone (no metadata hash, see foundry.toml).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.errors import InvalidField, ToolMissing

#: This checkout's compiler; absent where the package was installed from a wheel.
CHECKOUT = Path(__file__).resolve().parents[2]
SELECTION = {"*": {"": ["ast"], "*": ["evm.deployedBytecode"]}}


@dataclass(frozen=True, slots=True)
class Immutable:
    """A value that the constructor writes into the code: 32 bytes at each of `places` (offsets).

    `role` is the role of the contract whose address it holds, None for anything else.
    """

    name: str
    kind: str
    role: str | None
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Code as it lies on a chain, with zeros where the immutables stand."""

    code: bytes
    immutables: tuple[Immutable, ...]

    def values(self, code: bytes) -> dict[str, set[bytes]]:
        """What stands at the places of each immutable in `code`, which has the same length."""
        return {part.name: {code[at : at + 32] for at in part.places} for part in self.immutables}

    def filled(self, values: dict[str, bytes]) -> bytes:
        """The code with 32 bytes for each immutable."""
        code = bytearray(self.code)
        for part in self.immutables:
            for at in part.places:
                code[at : at + 32] = values[part.name]
        return bytes(code)


def packaged() -> dict[str, Any]:
    """solc's standard JSON input of every contract."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath("artifacts", "source.json").read_text("utf-8"))
    return found


def compiler_version() -> str:
    """The one version of solc that the contracts name (`pragma solidity 0.8.30;`)."""
    found = {
        version
        for name, unit in packaged()["sources"].items()
        if name.startswith("contracts/")
        for version in re.findall(r"^pragma solidity (\d+\.\d+\.\d+);", unit["content"], re.MULTILINE)
    }
    assert len(found) == 1  # a test of the artifacts compiles them
    return str(found.pop())


def find_solc(given: Path | None) -> Path:
    """The compiler in the right version: the given one, else this checkout's, else one that py-solc-x installed, else
    one on PATH. InvalidField when the given one will not do, ToolMissing when there is none."""
    needed = compiler_version()
    if given is not None:
        # A name without a folder would be looked for on PATH.
        if (got := _version_of(given.absolute())) != needed:
            raise InvalidField("--solc is not the compiler of the contracts", got=got, needed=f"solc {needed}")
        return given.absolute()
    found = next((place for place in _places(needed) if _version_of(place) == needed), None)
    if found is None:
        raise ToolMissing(
            "the compiler of the contracts is not here",
            needed=f"--solc PATH to solc {needed}, or make setup in a checkout of the project",
        )
    return found


def compile_source(solc: Path) -> dict[str, Compiled]:
    """Code and immutables of each contract by its role, from the packaged source. ToolMissing when solc fails."""
    given = packaged()
    given["settings"]["outputSelection"] = SELECTION
    solcx = _solcx()
    try:
        output = solcx.compile_standard(given, solc_binary=solc)
    except (solcx.exceptions.SolcError, OSError, ValueError) as error:
        raise ToolMissing(
            "the compiler failed on the packaged source",
            got=type(error).__name__,
            needed=f"a sound solc {compiler_version()}",
        ) from error
    declared = {node["id"]: node for unit in output["sources"].values() for node in _variables(unit["ast"])}
    return {
        role: _compiled(output["contracts"][f"contracts/{name}.sol"][name]["evm"]["deployedBytecode"], declared)
        for role, name in CONTRACT_TYPES.items()
    }


def _compiled(made: dict[str, Any], declared: dict[int, dict[str, Any]]) -> Compiled:
    immutables = []
    for number, places in made["immutableReferences"].items():
        variable = declared[int(number)]
        kind = str(variable["typeDescriptions"]["typeString"])
        assert all(place["length"] == 32 for place in places)  # solc keeps every immutable as one word
        at = tuple(sorted(place["start"] for place in places))
        immutables.append(Immutable(variable["name"], kind, _role_of(kind), at))
    return Compiled(bytes.fromhex(made["object"]), tuple(sorted(immutables, key=lambda part: part.name)))


def _role_of(kind: str) -> str | None:
    """`contract IDatasetRegistry` is the address of `datasets`."""
    name = kind.removeprefix("contract ")
    return next((role for role, contract in CONTRACT_TYPES.items() if name in (contract, f"I{contract}")), None)


def _variables(node: Any) -> Iterator[dict[str, Any]]:
    """Every variable declared beneath a node of the syntax tree."""
    if isinstance(node, dict):
        if node.get("nodeType") == "VariableDeclaration":
            yield node
        for part in node.values():
            yield from _variables(part)
    elif isinstance(node, list):
        for part in node:
            yield from _variables(part)


def _places(version: str) -> Iterator[Path]:
    ours = CHECKOUT / "scripts" / "solc"
    if ours.exists() and (CHECKOUT / "foundry.toml").exists():
        yield ours
    solcx = _solcx()
    with suppress(OSError, solcx.exceptions.SolcNotInstalled):
        yield solcx.install.get_executable(version)
    if found := shutil.which("solc"):
        yield Path(found)


def _version_of(solc: Path) -> str:
    """`0.8.30`, or a few words on what came instead."""
    solcx = _solcx()
    try:
        return str(solcx.wrapper.get_solc_version(solc))
    except (OSError, ValueError, subprocess.SubprocessError, solcx.exceptions.SolcError):
        return "no solc that runs"


def _solcx() -> Any:
    try:
        import solcx
    except ModuleNotFoundError as error:
        raise ToolMissing("this part needs a package that is not installed", got="no py-solc-x") from error
    return solcx
