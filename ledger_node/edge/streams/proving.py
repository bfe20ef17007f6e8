"""Proofs from a stream's log, to be checked against the heads that the chain has (RFC 9162, 2.1.3 and 2.1.4)."""

from __future__ import annotations

from ledger_node.edge.streams.log import Head, StreamLog
from ledger_node.errors import NotFound
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import Json

INCLUSION, CONSISTENCY = "medledger-stream-inclusion/1", "medledger-stream-consistency/1"


def inclusion(log: StreamLog, instance: str) -> dict[str, Json]:
    """That a record's leaf is in the first anchored head that covers it. Says nothing of the record but its leaf.

    Raises NotFound for an instance that the log does not hold, or that no anchored head covers yet.
    """
    position = log.position_of(instance)
    if position is None:
        raise NotFound("the stream holds no such record", needed="the SOP Instance UID of an accepted object")
    head = next((one for one in log.heads() if one.anchored_at is not None and one.size > position), None)
    if head is None:
        raise NotFound("no anchored head covers the record yet", got=f"position {position}", needed="a later question")
    from ledger_node.edge.trees.tree import Tree

    leaves = log.leaves(head.size)
    return {
        "format": INCLUSION,
        "stream": log.stream,
        "size": head.size,
        "root": to_hex(head.root),
        "position": position,
        "leaf": to_hex(leaves[position].tobytes()),
        "proof": [to_hex(step) for step in Tree(leaves).inclusion_proof(position)],
    }


def consistency(log: StreamLog, first: int, second: int) -> dict[str, Json]:
    """That the head of `first` leaves is the beginning of that of `second`: nothing was changed or taken out between.

    Raises NotFound for sizes under which no head was anchored.
    """
    from ledger_node.edge.trees.tree import Tree

    earlier, later = (_anchored(log, size) for size in (first, second))
    return {
        "format": CONSISTENCY,
        "stream": log.stream,
        "first": {"size": earlier.size, "root": to_hex(earlier.root)},
        "second": {"size": later.size, "root": to_hex(later.root)},
        "proof": [to_hex(step) for step in Tree(log.leaves(later.size)).consistency_proof(earlier.size)],
    }


def _anchored(log: StreamLog, size: int) -> Head:
    for head in log.heads():
        if head.size == size and head.anchored_at is not None:
            return head
    raise NotFound("no head of this size was anchored", got=f"{size} leaves", needed="the size of an anchored head")
