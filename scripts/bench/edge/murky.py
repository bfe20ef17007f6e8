"""Run in murky-tree's own environment: `python murky.py LEAVES PROOFS`. Prints proofs a second (keccak-256)."""

from __future__ import annotations

import secrets
import sys
import time

from murky_tree import SimpleMerkleTree


def main() -> None:
    leaves, proofs = int(sys.argv[1]), int(sys.argv[2])
    tree = SimpleMerkleTree.of([secrets.token_bytes(32) for _ in range(leaves)])
    places = [secrets.randbelow(leaves) for _ in range(proofs)]
    start = time.perf_counter()
    for place in places:
        tree.get_proof(place)
    print(proofs / (time.perf_counter() - start))


main()
