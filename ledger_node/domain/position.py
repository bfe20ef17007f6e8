"""Where on the chain a fact stands. Facts are totally ordered by (block, log index)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """`block` is a block number, `log_index` the log's place among all of the block's logs."""

    block: int
    log_index: int


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by number and hash (0x-hex of 32 bytes); `timestamp` is Unix seconds."""

    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded log of one of our contracts: `contract` is its role, `generation` that of the contract, 0 for the
    Consortium. `args` hold JSON values only: integers, booleans, text, 0x-hex.
    """

    at: Position
    block_hash: str
    transaction: str
    contract: str
    name: str
    args: dict[str, object]
    generation: int


@dataclass(frozen=True, slots=True)
class Stated:
    """An event that stands. `time` is its block's, Unix seconds; `returned` how often it was taken back before."""

    event: Event
    time: int
    returned: int


@dataclass(frozen=True, slots=True)
class RevertedEvent:
    """An event that a reorganisation took back. `number` is its place among all that ever were, from 1 on without a
    gap, an event always before those that it stood behind on the chain; `reverted_at` is Unix seconds. `before` is the
    event that stood before it, and its block's hash; (0, 0) and no hash for the first of all.
    """

    number: int
    reverted_at: int
    at: Position
    block_hash: str
    transaction: str
    contract: str
    name: str
    args: dict[str, object]
    generation: int
    before: Position
    before_hash: str
