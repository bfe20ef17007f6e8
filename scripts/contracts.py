"""Compiles contracts/ with py-solc-x and writes what the wheel carries, in ledger_node/chain/artifacts.

NAME.json     a contract's ABI, bytecode and storage layout
source.json   all that these were made from, as solc's standard JSON input: `medledger contracts verify` compiles it
              again, and so can anyone: `solc --standard-json < source.json`

The settings come from foundry.toml, the compiler is scripts/solc, so forge and this script must give equal bytes; a
test compares them. Run it after changing a contract: `make generate`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import solcx.wrapper

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "ledger_node" / "chain" / "artifacts"
DEPLOYED = ("Consortium", "DatasetRegistry", "ConsentToken", "TrainingLog", "ModelRegistry", "AnchorLog")
#: What is kept of the compiler's output.
OUTPUT = {"*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "storageLayout"]}}


def standard_input(selection: dict[str, Any] = OUTPUT) -> dict[str, Any]:
    """solc's standard JSON input with the settings of foundry.toml."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    sources = {str(f.relative_to(ROOT)): {"urls": [str(f.relative_to(ROOT))]} for f in ROOT.glob("contracts/**/*.sol")}
    return {
        "language": "Solidity",
        "sources": dict(sorted(sources.items())),
        "settings": {
            "remappings": profile["remappings"],
            "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
            "evmVersion": profile["evm_version"],
            "viaIR": profile["via_ir"],
            "metadata": {"bytecodeHash": profile["bytecode_hash"], "appendCBOR": profile["cbor_metadata"]},
            "outputSelection": selection,
        },
    }


def solc(given: dict[str, Any]) -> dict[str, Any]:
    """The compiler's whole answer. Stops the program when there are errors."""
    stdout, stderr, _, _ = solcx.wrapper.solc_wrapper(
        solc_binary=ROOT / "scripts" / "solc", stdin=json.dumps(given), standard_json=True, base_path=ROOT
    )
    output: dict[str, Any] = json.loads(stdout)
    errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise SystemExit("\n".join(errors) + stderr)
    return output


def compile_all() -> dict[str, dict[str, Any]]:
    """What each file of the artifacts holds, by name: a contract's artifact, or `source`."""
    output = solc(standard_input())
    made = {name: artifact(output["contracts"][f"contracts/{name}.sol"][name]) for name in DEPLOYED}
    return {**made, "source": source(output["sources"])}


def source(units: Iterable[str]) -> dict[str, Any]:
    """The same input with every source in it that was compiled, imported ones too, so that no other file is needed."""
    given = standard_input()
    names = sorted(units)
    used = [line for line in given["settings"]["remappings"] if any(n.startswith(line.split("=")[1]) for n in names)]
    given["settings"]["remappings"] = used
    return {**given, "sources": {name: {"content": (ROOT / name).read_text(encoding="utf-8")} for name in names}}


def artifact(contract: dict[str, Any]) -> dict[str, Any]:
    layout = contract["storageLayout"]["storage"]
    return {
        "abi": contract["abi"],
        "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + contract["evm"]["deployedBytecode"]["object"],
        "immutableReferences": sorted(
            (place["start"], place["length"])
            for places in contract["evm"]["deployedBytecode"]["immutableReferences"].values()
            for place in places
        ),
        "storage": {entry["label"]: int(entry["slot"]) for entry in layout},
    }


def main() -> int:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name, content in compile_all().items():
        (ARTIFACTS / f"{name}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    print(f"{len(DEPLOYED)} contracts and their source in {ARTIFACTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
