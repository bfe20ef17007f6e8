"""What every read needs: as of which block, and a clear error for what is not there."""

from __future__ import annotations

from typing import TypeVar

from ledger_node.domain.position import BlockRef
from ledger_node.errors import NotFound
from ledger_node.ports import Checkpoint, Index
from ledger_node.proof.hashing import keccak256

T = TypeVar("T")


def checkpoint(index: Index) -> Checkpoint:
    at = index.checkpoint()
    if at is None:
        raise NotFound("this node has not read any block yet", needed="wait until it has")
    return at


def block_of(index: Index, as_of: int | None) -> int:
    """The block that a read answers as of: the newest indexed one unless an earlier one is named."""
    newest = checkpoint(index).number
    if as_of is None:
        return newest
    if not 0 <= as_of <= newest:
        raise NotFound("this node has not read that block", got=f"block {as_of}", needed=f"0 to {newest}")
    return as_of


def time_of(index: Index, as_of: int) -> BlockRef:
    """The block `as_of` with the time that state is judged by: its own, or the newest known before it."""
    at = checkpoint(index)
    if as_of >= at.number:
        return BlockRef(at.number, at.hash, at.timestamp)
    block = index.find_block(as_of + 1)
    if block is None:
        return BlockRef(as_of, "", 0)
    return BlockRef(as_of, block.hash if block.number == as_of else "", block.timestamp)


def require(found: T | None, what: str) -> T:
    if found is None:
        raise NotFound(f"no {what} has this id", needed=f"the id of a {what} that this node has indexed")
    return found


def checksummed(address: str) -> str:
    """An address (0x and 40 hex digits in any case) as EIP-55 writes it, which is how the index knows keys."""
    digits = address[2:].lower()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, marks, strict=False)
    )
