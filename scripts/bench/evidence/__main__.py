"""`make bench-evidence`: making and verifying bundles of a real chain, beside checking each proof alone."""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hexbytes import HexBytes

from ledger_node.bootstrap import Runtime
from ledger_node.chain.rpc import RpcLedger
from ledger_node.config import load_config
from ledger_node.localnet import network
from ledger_node.proof import Result, trust, verifier, verify, words_needed
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.subject import MODEL_VERSION, Subject
from scripts.bench.evidence import alone, capturing, lineage
from scripts.bench.form import Figure, report
from tests.integration.pair import PLANS, Pair

CHAIN_ID = 31_381
DEPTH, INPUTS = 6, 60  # a version with more than 1,000 facts behind it
SMALL = 5, 6  # of depth 5, with some 100


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=5)
    runs = words.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
        running = network.up(Path(folder) / "network", chain_id=CHAIN_ID, block_time=1.0, plans=PLANS)
        try:
            pair = Pair(running)
            captured = capturing.measured(pair, runs)  # before there are large ones among the versions
            figures = _measured(pair, lineage.publish(pair, *SMALL), lineage.publish(pair, DEPTH, INPUTS), runs)
            figures.append(captured)
            pair.close()
        finally:
            network.down(running)
    report("evidence", figures)


def _measured(pair: Pair, small: str, large: str, runs: int) -> list[Figure]:
    calls = Figure("calls to the chain for a bundle of depth 5", goal=10, better="lower")
    size = Figure("megabytes of that bundle, some 100 facts", goal=2, better="lower")
    cpu = Figure("seconds of processor to verify a bundle of 1,000 facts", goal=2, better="lower")
    ratio = Figure("each proof alone with web3 and py-trie, over that", goal=5, better="higher")
    facts = Figure("facts in that bundle", goal=1000, better="higher")
    bundle, asked = _fetched(pair, small)
    trusted = pair.institute.node.node.trust()
    calls.runs.append(asked)
    size.runs.append(len(bundle) / 1e6)
    bundle, _ = _fetched(pair, large, _checkpoint(trusted))
    proofs = _proofs(pair.ledger, bundle)
    root = HexBytes(verifier.read(bundle).header.state_root)
    for _ in range(runs):
        began = time.process_time()
        found = verify(bundle, trusted)
        took = time.process_time() - began
        began = time.process_time()
        right = [alone.check(root, proof, place) for proof in proofs for place in range(len(proof["storageProof"]))]
        ratio.runs.append((time.process_time() - began) / took)
        cpu.runs.append(took)
        facts.runs.append(sum(fact.kind not in ("document", "contents") for fact in found.facts))
        if found.result is not Result.VERIFIED or not all(right):
            cpu.void = ratio.void = f"{found.result.value}, {len(right) - sum(right)} words alone are other"
    return [calls, size, cpu, ratio, facts]


def _checkpoint(content: bytes) -> int:
    told = trust.read(content).checkpoint
    assert told is not None
    return told.number


def _fetched(pair: Pair, version: str, as_of: int | None = None) -> tuple[bytes, int]:
    """A bundle, made by a node of this process without its workers, and how many calls that took."""
    runtime = Runtime(load_config(pair.institute.member.config))
    before = _calls(runtime)
    content = runtime.node.evidence.bundle(Subject(MODEL_VERSION, parse_hex(version, 32)), as_of)
    return content, _calls(runtime) - before


def _calls(runtime: Runtime) -> int:
    text = runtime.node.meter.render(runtime.node.status.last()).decode()
    counted = re.findall(r"^medledger_rpc_call_seconds_count\{[^}]*\} (\S+)$", text, re.M)
    return int(sum(map(float, counted)))


def _proofs(ledger: RpcLedger, bundle: bytes) -> list[Mapping[str, Any]]:
    """What an RPC answers for the words of a bundle."""
    read = verifier.read(bundle)
    return [
        ledger.proof(to_hex(getattr(read.contracts, contract)), slots, read.as_of.number)
        for contract, slots in words_needed(read.facts).items()
    ]


if __name__ == "__main__":
    main()
