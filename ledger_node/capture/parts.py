"""A bundle taken apart and put together again, byte for byte.

Its form is not looked at beyond four keys: `proofNodes`, which captures share, `documents`, which the node has by their
digests, `subject` and `asOf`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ledger_node.errors import EvidenceUnavailable, UnknownDocument
from ledger_node.ports import Capture, Stored
from ledger_node.proof import envelope
from ledger_node.proof.hashing import keccak256, parse_hex, sha256, to_hex
from ledger_node.proof.strict_json import dump_canonical

NODES, DOCUMENTS = "proofNodes", "documents"


def taken_apart(subject: str, bundle: bytes, nodes: dict[str, bytes]) -> tuple[Capture, dict[bytes, bytes]]:
    """The capture of a canonical bundle, and its proof nodes by hash. `nodes` remembers the hashes of nodes (0x-hex)
    that were met, since bundles of one block share most of them."""
    value: dict[str, Any] = json.loads(bundle)
    encoded: list[str] = value.pop(NODES)
    for node in encoded:
        if node not in nodes:
            nodes[node] = keccak256(bytes.fromhex(node[2:]))
    value[DOCUMENTS] = sorted(value[DOCUMENTS])
    capture = Capture(
        subject=subject,
        block=value["asOf"]["number"],
        block_hash=value["asOf"]["hash"],
        digest=to_hex(sha256(bundle)),
        content=json.dumps(value, separators=(",", ":")).encode(),
        nodes=tuple(nodes[node] for node in encoded),
    )
    return capture, {nodes[node]: bytes.fromhex(node[2:]) for node in encoded}


def put_together(stored: Stored, document: Callable[[str], bytes]) -> bytes:
    """The bundle again; `document` gives one by its digest, or raises UnknownDocument. EvidenceUnavailable when a
    document or a part of the capture is not here."""
    capture = stored.capture
    try:
        value: dict[str, Any] = json.loads(capture.content)
        value[NODES] = [to_hex(stored.nodes[name]) for name in capture.nodes]
        value[DOCUMENTS] = _documents(value[DOCUMENTS], document)
        bundle = dump_canonical(value)
    except KeyError:
        raise _broken(capture) from None
    if to_hex(sha256(bundle)) != capture.digest:
        raise _broken(capture)
    return bundle


def _documents(digests: list[str], document: Callable[[str], bytes]) -> Any:
    try:
        return envelope.documents.write(tuple((parse_hex(digest, 32), document(digest)) for digest in digests))
    except UnknownDocument as failure:
        raise EvidenceUnavailable(
            "a document of the captured evidence is not here", needed="put it again", **failure.facts
        ) from failure


def _broken(capture: Capture) -> EvidenceUnavailable:
    return EvidenceUnavailable(
        "the captured evidence is not whole", got=f"block {capture.block}", needed="medledger fsck --repair"
    )


def header_of(block: Mapping[str, Any]) -> dict[str, str]:
    """A block as an RPC returned it without its lists: the transactions are no part of the header."""
    return {name: value for name, value in block.items() if isinstance(value, str)}
