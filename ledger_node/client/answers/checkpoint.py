"""Signed checkpoints."""

from typing import TypedDict


class Headers(TypedDict):
    """After a block, in order, fields as `eth_getBlockByNumber` names them; `head` is the chain's newest block."""

    head: int
    items: list[dict[str, str]]


class Checkpoint(TypedDict):
    """What operators say of one height. `checkpoints` are `medledger-checkpoint/1` documents: several when they do not
    say the same."""

    number: int
    splitView: bool
    keptAt: str
    checkpoints: list[dict[str, object]]
