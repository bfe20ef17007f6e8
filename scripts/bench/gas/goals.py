"""What is aimed at, by the name of a write in the scenario."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.bench.gas import eas

OVERHEAD = 1.15
OVERHEAD_OF_A_ROUND = 1.28
OVERHEAD_OF_A_BATCH = 1.22
#: Gas of one dataset version in a batch of 100, over that of one attestation of the baseline.
SHARE_OF_EAS = 0.30
#: EIP-170 allows 24,576 bytes; stay under it.
RUNTIME_BYTES = 24_575


@dataclass(frozen=True, slots=True)
class Slots:
    """No more than these, fresh and changed."""

    fresh: int
    changed: int


SLOTS = {
    "publish a dataset version": Slots(2, 1),
    "issue a consent": Slots(5, 1),
    "issue a consent with a project": Slots(5, 1),
    "suspend a consent, the first time": Slots(1, 1),
    "suspend a consent": Slots(1, 1),
    "suspend as a regulator": Slots(1, 1),
    "reinstate a consent": Slots(1, 1),
    "revoke a consent": Slots(1, 1),
    "open a run, one input": Slots(3, 0),
    "open a round, one input": Slots(1, 2),
    "contribute to a round": Slots(1, 1),
    "publish a model version, one parent": Slots(2, 1),
    "anchor, size 256": Slots(0, 2),
}


def overhead_of(measure: str) -> float | None:
    """The goal for a write's gas over its floor; None for the baseline, which is not ours."""
    if measure == eas.MEASURE:
        return None
    if measure.startswith("batch"):
        return OVERHEAD_OF_A_BATCH
    if measure.startswith("open a round"):
        return OVERHEAD_OF_A_ROUND
    return OVERHEAD
