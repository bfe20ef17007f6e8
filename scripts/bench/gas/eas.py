"""The baseline: the Ethereum Attestation Service on the same chain, in its authors' own build."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from ledger_node.chain import abi
from scripts.bench.gas.chain import BLOCK_GAS, Chain

ARTIFACTS = Path("node_modules/@ethereum-attestation-service/eas-contracts/artifacts/contracts")
#: A dataset version in five words: the least that says the same as ours. The last word packs the de-identification
#: options, size class, claim, supersession and time of the opt-out check.
SCHEMA = "bytes32 dataset,bytes32 root,bytes32 cardDigest,bytes32 attestationDigest,uint256 claims"
MEASURE = "EAS multiAttest, 100 attestations of five words"
NOBODY = "0x" + "00" * 20
NOTHING = b"\0" * 32


class Attestations:
    """SchemaRegistry and EAS, deployed, with the five-word schema registered."""

    def __init__(self, chain: Chain, member: str) -> None:
        self._chain = chain
        self._member = member
        registry = chain.create(_artifact("SchemaRegistry")["bytecode"])
        self._address = chain.create(_artifact("EAS")["bytecode"] + encode(["address"], [registry]).hex())
        chain.send(None, member, registry, _calldata("SchemaRegistry", "register", (SCHEMA, NOBODY, True)))
        self._schema = keccak(_packed(SCHEMA))

    def attest(self, count: int) -> None:
        """One transaction with `count` attestations, measured. A hundred take more than a transaction may from Osaka
        on."""
        requests = [(NOBODY, 0, True, NOTHING, self._record(), 0) for _ in range(count)]
        calldata = _calldata("EAS", "multiAttest", ([(self._schema, requests)],))
        self._chain.send(MEASURE, self._member, self._address, calldata, gas=BLOCK_GAS)

    def _record(self) -> bytes:
        return b"".join(bytes.fromhex(self._chain.digest()[2:]) for _ in range(5))


def _packed(schema: str) -> bytes:
    """What a schema's id is the keccak-256 of: schema, resolver, revocable, packed."""
    return schema.encode() + bytes.fromhex(NOBODY[2:]) + b"\x01"


def _artifact(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.sol" / f"{name}.json").read_text())
    return content


def _calldata(name: str, function: str, args: tuple[Any, ...]) -> str:
    entry = next(e for e in _artifact(name)["abi"] if e["type"] == "function" and e["name"] == function)
    selector = keccak(text=abi.signature_of(entry))[:4]
    return "0x" + (selector + encode([abi.type_of(p) for p in entry["inputs"]], args)).hex()
