"""Signed checkpoints."""

from typing import TypedDict


class Checkpoint(TypedDict):
    """What operators say of one height. `checkpoints` are `medledger-checkpoint/1` documents: several when they do not
    say the same."""

    number: int
    splitView: bool
    keptAt: str
    checkpoints: list[dict[str, object]]
