"""Compiles contracts/ with py-solc-x and writes what the wheel carries: ledger_node/chain/artifacts/NAME.json.

The settings come from foundry.toml, the compiler is scripts/solc, so forge and this script must give equal bytes; a
test compares them. Run it after changing a contract: `make generate`.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import solcx.wrapper

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "ledger_node" / "chain" / "artifacts"
DEPLOYED = ("Consortium", "DatasetRegistry", "ConsentToken", "TrainingLog", "ModelRegistry", "AnchorLog")


def standard_input() -> dict[str, Any]:
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
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "storageLayout"]}},
        },
    }


def compile_all() -> dict[str, dict[str, Any]]:
    """ABI, bytecode and storage layout of each deployed contract, by name."""
    stdout, stderr, _, _ = solcx.wrapper.solc_wrapper(
        solc_binary=ROOT / "scripts" / "solc",
        stdin=json.dumps(standard_input()),
        standard_json=True,
        base_path=ROOT,
    )
    output = json.loads(stdout)
    errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
    if errors:
        raise SystemExit("\n".join(errors) + stderr)
    compiled = output["contracts"]
    return {name: artifact(compiled[f"contracts/{name}.sol"][name]) for name in DEPLOYED}


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
    print(f"{len(DEPLOYED)} contracts in {ARTIFACTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
