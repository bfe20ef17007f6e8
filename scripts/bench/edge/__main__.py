"""`make bench-edge`: rows, images, streams, trees and proofs, beside plain Python and murky-tree."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ledger_node.edge.manifest import check
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.trees.tree import Tree
from ledger_node.proof.merkle import leaf_hash, verify_inclusion
from scripts.analysis.venvs import ready
from scripts.bench.edge import images, rows, straight, streaming
from scripts.bench.form import Figure, report

MIB = 1 << 20

#: Prepares a table in a process of its own, so that its peak memory is its own.
PREPARE = """
import json, resource, sys, time
from pathlib import Path
from ledger_node.edge.prepare import prepare_table
from scripts.bench.edge.rows import POLICY
start = time.perf_counter()
prepare_table(Path(sys.argv[1]), Path(sys.argv[2]), "bench", "Bench", policy=POLICY)
took = time.perf_counter() - start
print(json.dumps({"took": took, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--rows", type=int, default=5_000_000)
    words.add_argument("--straight-rows", type=int, default=200_000)
    words.add_argument("--images", type=int, default=8_000)
    words.add_argument("--leaves", type=int, default=5_000_000)
    words.add_argument("--proved", type=int, default=100_000, help="leaves of the trees in which proofs are compared")
    words.add_argument("--proofs", type=int, default=2_000)
    words.add_argument("--stream-seconds", type=int, default=300)
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
        figures = _rows(Path(folder), given.rows, min(given.rows, given.straight_rows), given.runs)
    with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
        figures += _images(Path(folder), given.images, given.runs)
    with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
        figures += streaming.measure(Path(folder), images.cleaned(Path(folder)), given.stream_seconds)
    figures += _tree(given.leaves, given.runs)
    figures += _proofs(given.proved, given.proofs, given.runs)
    report("edge", figures)


def _rows(folder: Path, count: int, plain: int, runs: int) -> list[Figure]:
    ratio = Figure(f"rows prepared of {count:,}, over a plain loop over {plain:,}", goal=3, better="higher")
    rate = Figure("rows prepared a second", goal=0, better="higher")
    memory = Figure("memory of the process that prepares, MiB", goal=2048, better="lower")
    rows.write(folder / "all.parquet", count)
    rows.write(folder / "some.parquet", plain)
    for run in range(runs):
        words = [sys.executable, "-c", PREPARE, str(folder / "all.parquet"), str(folder / f"out-{run}")]
        said = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        took = _seconds(lambda: straight.prepare(folder / "some.parquet"))
        rate.runs.append(count / said["took"])
        ratio.runs.append(count / said["took"] * took / plain)
        memory.runs.append(said["peak"] / MIB)
    return [ratio, rate, memory]


def _images(folder: Path, count: int, runs: int) -> list[Figure]:
    cores = len(os.sched_getaffinity(0))
    measure = f"images prepared of {count:,}, over a bare loop of dcmread and sha-256, for each of {cores} processors"
    ratio = Figure(measure, goal=0.6, better="higher")
    rate = Figure("images prepared a second", goal=0, better="higher")
    images.write(folder / "in", folder / "work", count)
    images.bare(folder / "in")  # so that all files are in the page cache
    for run in range(runs):
        out = folder / f"out-{run}"
        took = _seconds(lambda out=out: prepare_dicom(folder / "in", out, "bench", "Bench"))
        rate.runs.append(count / took)
        ratio.runs.append(_seconds(lambda: images.bare(folder / "in")) / took / cores)
        if len(check(out)) != count:
            ratio.void = rate.void = "not every image entered"
    return [ratio, rate]


def _tree(count: int, runs: int) -> list[Figure]:
    speed = Figure(f"tree over {count:,} leaves, over a plain hashlib loop", goal=1.3, better="higher")
    memory = Figure("memory that the tree keeps, leaves included, times the leaves' bytes", goal=6, better="lower")
    leaves = _leaves(count)
    listed = [leaf.tobytes() for leaf in leaves]
    Tree(leaves[:50_000])  # what is compiled once is not measured
    for _ in range(runs):
        start = time.perf_counter()
        tree = Tree(leaves)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        head = straight.tree(listed)
        speed.runs.append((time.perf_counter() - start) / ours)
        memory.runs.append((leaves.nbytes + tree.nbytes) / leaves.nbytes)
        if head != tree.root:
            speed.void = "the heads differ"
    return [speed, memory]


def _proofs(count: int, proofs: int, runs: int) -> list[Figure]:
    ratio = Figure(f"proofs in a tree of {count:,}, over murky-tree's", goal=10, better="higher")
    rate = Figure("proofs a second", goal=0, better="higher")
    leaves = _leaves(count)
    tree = Tree(leaves)
    murky = [str(ready("murky") / "bin" / "python"), str(Path(__file__).with_name("murky.py")), str(count), str(proofs)]
    for _ in range(runs):
        places = [secrets.randbelow(count) for _ in range(proofs)]
        start = time.perf_counter()
        made = [tree.inclusion_proof(place) for place in places]
        rate.runs.append(proofs / (time.perf_counter() - start))
        theirs = float(subprocess.run(murky, check=True, capture_output=True, text=True).stdout)
        ratio.runs.append(rate.runs[-1] / theirs)
        if not all(
            verify_inclusion(leaf_hash(leaves[at].tobytes()), at, count, proof, tree.root)
            for at, proof in zip(places, made, strict=True)
        ):
            ratio.void = rate.void = "a proof does not hold"
    return [ratio, rate]


def _leaves(count: int) -> NDArray[np.uint8]:
    return np.frombuffer(secrets.token_bytes(32 * count), np.uint8).reshape(-1, 32)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
