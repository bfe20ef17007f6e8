"""Captures and bundles for tests: small, and with trie nodes that several share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger_node.capture.parts import taken_apart
from ledger_node.ports import Capture
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import dump_canonical
from tests.unit.proof.synthetic import block as header_at


def header(number: int, fork: int = 0) -> dict[str, Any]:
    """A block as an RPC shows it; another one for each fork."""
    return header_at(number, bytes([fork]) * 32, bytes(32), 1_000 + number)


def node(number: int) -> bytes:
    """A trie node's bytes, or what stands for them: longer than a hash."""
    return b"a node of a trie, by its number: %d" % number


def bundle(subject: str, block: int, nodes: Iterable[int], fork: int = 0) -> bytes:
    """With one node of its own, and those that are named."""
    own = f"the node of {subject} as of {block}".encode()
    encoded = sorted({own, *(node(one) for one in nodes)})
    return dump_canonical(
        {
            "asOf": {"number": block, "hash": header(block, fork)["hash"]},
            "documents": {},
            "proofNodes": [to_hex(one) for one in encoded],
            "subject": {"id": subject, "kind": "modelVersion"},
        }
    )


def captured(subject: str, block: int, nodes: Iterable[int] = (), fork: int = 0) -> tuple[Capture, dict[bytes, bytes]]:
    return taken_apart(subject, bundle(subject, block, nodes, fork), {})
