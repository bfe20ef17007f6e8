"""What every read needs: as of which block, and a clear error for what is not there."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from ledger_node.domain.position import BlockRef
from ledger_node.errors import ChainAnswerInvalid, NotFound
from ledger_node.ports import Checkpoint, Index, Ledger
from ledger_node.proof.hashing import keccak256

T = TypeVar("T")
MOST_ASKED = 1_000  # blocks that are remembered


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


class Times:
    """The times of blocks, which states are judged by.

    The index holds the blocks with events of ours and those where its steps ended, which differ from node to node. The
    time of any other block is asked of the chain, so that all nodes judge alike.
    """

    def __init__(self, index: Index, ledger: Ledger) -> None:
        self._index = index
        self._ledger = ledger
        self._asked: dict[int, tuple[BlockRef, Checkpoint]] = {}  # with where the index stood

    def block(self, as_of: int | datetime | None) -> int:
        """The number of the block that a read answers as of, named by itself or by a time.

        For a time the last block made by then, the same at every node: found by halving the chain. The newest indexed
        one for a time after it. NotFound for a time before the chain, and as `block_of` and `of`.
        """
        if not isinstance(as_of, datetime):
            return block_of(self._index, as_of)
        at = checkpoint(self._index)
        time = as_of.timestamp()
        if time >= at.timestamp:
            return at.number
        if time < self.of(0).timestamp:
            raise NotFound("the chain had not begun", got="a time before its first block", needed="a later time")
        made, later = 0, at.number
        while later - made > 1:
            middle = (made + later) // 2
            if self.of(middle).timestamp <= time:
                made = middle
            else:
                later = middle
        return made

    def of(self, as_of: int) -> BlockRef:
        """The block `as_of`; the newest indexed one for any above it.

        For a block that the index does not hold, ChainUnreachable, or ChainAnswerInvalid when the chain is not the one
        that the index has read.
        """
        at = checkpoint(self._index)
        if as_of >= at.number:
            return BlockRef(at.number, at.hash, at.timestamp)
        return self._held(as_of) or self._remembered(as_of, at) or self._ask(as_of, at)

    def _held(self, number: int) -> BlockRef | None:
        newest = self._index.find_block(number + 1)
        return newest if newest is not None and newest.number == number else None

    def _remembered(self, number: int, at: Checkpoint) -> BlockRef | None:
        """What stands below a block that stands, stands; a rewind forgets the block where the index stood."""
        found = self._asked.get(number)
        if found is None:
            return None
        block, stood = found
        if stood == at:
            return block
        above = self._held(stood.number)
        return block if above is not None and above.hash == stood.hash else None

    def _ask(self, number: int, at: Checkpoint) -> BlockRef:
        block, newest = self._ledger.block(number), self._ledger.block(at.number)
        if block is None or newest is None or newest.hash != at.hash:
            raise ChainAnswerInvalid(
                "the chain is not the one that the index has read",
                got=f"another block {at.number}",
                needed="the same question again, when the index has followed",
            )
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked[number] = block, at
        return block


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
