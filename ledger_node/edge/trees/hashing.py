"""Leaf hashes, node hashes and salted leaves in batches: hashlib for few, `lanes` on every core for many.

Arrays are uint8, one digest a row. Whatever the lanes made is compared with hashlib at places that nobody can foresee,
so that a fault of the compiled code ends the work instead of entering a ledger.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from ledger_node.proof.merkle import leaf_hash, node_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

FEW = 20_000  # below this, starting the compiled code costs more than it saves
CHUNK = 1 << 16  # hashes that one thread makes at a time
SAMPLE = 16  # of each chunk


class HashingFault(RuntimeError):
    """The compiled code and hashlib disagree: the machine or its compiler is broken, not the input."""


def leaf_hashes(leaves: Bytes) -> Bytes:
    """SHA-256 of 0x00 and each leaf, (n, 32) to (n, 32)."""
    if len(leaves) < FEW:
        return _joined(leaf_hash(leaf) for leaf in _rows(leaves))
    return _batched("leaves", len(leaves), (leaves,), 1, lambda at: leaf_hash(leaves[at].tobytes()))


def node_hashes(children: Bytes) -> Bytes:
    """SHA-256 of 0x01 and two children each, (2 n, 32) to (n, 32)."""
    count = len(children) // 2
    if count < FEW:
        pairs = _rows(children.reshape(count, 64))
        return _joined(node_hash(pair[:32], pair[32:]) for pair in pairs)
    both = children.reshape(count, 64)
    return _batched("nodes", count, (children,), 2, lambda at: hashlib.sha256(b"\x01" + both[at].tobytes()).digest())


def salted_leaves(key: bytes, nonces: Bytes, digests: Bytes) -> Bytes:
    """HMAC-SHA256(key, nonce ‖ digest) for each row: `nonces` (n, 16), `digests` (n, 32), `key` 32 bytes."""

    def one(at: int) -> bytes:
        return hmac.digest(key, nonces[at].tobytes() + digests[at].tobytes(), hashlib.sha256)

    count = len(digests)
    if count < FEW:
        return _joined(one(at) for at in range(count))
    block = key.ljust(64, b"\0")
    pads = np.frombuffer(bytes(b ^ 0x36 for b in block) + bytes(b ^ 0x5C for b in block), np.uint32).reshape(2, 16)
    return _batched("salted", count, (nonces, digests), 1, one, pads)


def _batched(
    kernel: str, count: int, given: tuple[Bytes, ...], per: int, check: Callable[[int], bytes], *first: Any
) -> Bytes:
    from ledger_node.edge.trees import lanes

    function = getattr(lanes, kernel)
    out = np.empty((count, 32), np.uint8)
    words = [_words(array) for array in given]
    made = _words(out)

    def work(start: int) -> None:
        end = min(start + CHUNK, count)
        function(*first, *(array[start * per : end * per] for array in words), made[start:end])
        for _ in range(SAMPLE):
            at = start + secrets.randbelow(end - start)
            if not hmac.compare_digest(out[at].tobytes(), check(at)):
                raise HashingFault("the compiled hashes are not those of hashlib")

    work(0)  # compiles before the threads start
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        list(threads.map(work, range(CHUNK, count, CHUNK)))
    return out


def _words(array: Bytes) -> NDArray[np.uint32]:
    return np.ascontiguousarray(array).view(np.uint32)


def _rows(array: Bytes) -> list[bytes]:
    content, width = array.tobytes(), array.shape[1]
    return [content[at : at + width] for at in range(0, len(content), width)]


def _joined(digests: Any) -> Bytes:
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
