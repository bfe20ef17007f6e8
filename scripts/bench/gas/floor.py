"""The floor of a call: the gas that nobody can save who writes these slots, reads those, and says this in logs."""

from __future__ import annotations

from dataclasses import dataclass

TRANSACTION = 21_000
ZERO_BYTE = 4
OTHER_BYTE = 16
FRESH_SLOT = 22_100
CHANGED_SLOT = 5_000
READ_SLOT = 2_100
CALLED_CONTRACT = 2_600
LOG_TOPIC = 375  # and once for the log itself
LOG_BYTE = 8
REFUND = 4_800  # for a slot that is cleared (EIP-3529)


@dataclass(frozen=True, slots=True)
class Touched:
    """What one transaction touched. Slots are counted once each, by their value before and after.

    zero_bytes, other_bytes  of the calldata
    fresh    slots from zero to another value
    changed  slots from a value to another one, zero among them
    cleared  those of them that became zero; their refund is in the gas, and not in the floor
    read     slots read, or written with the value that they had
    called   other contracts called, or asked whether they have code
    logs     for each log its number of topics and of data bytes
    """

    zero_bytes: int
    other_bytes: int
    fresh: int
    changed: int
    cleared: int
    read: int
    called: int
    logs: tuple[tuple[int, int], ...]

    @property
    def topics(self) -> int:
        return sum(topics for topics, _ in self.logs)

    @property
    def log_bytes(self) -> int:
        return sum(size for _, size in self.logs)


def calldata_gas(touched: Touched) -> int:
    return ZERO_BYTE * touched.zero_bytes + OTHER_BYTE * touched.other_bytes


def floor_of(touched: Touched) -> int:
    """In gas, of the whole transaction (EIP-2028, EIP-2929, Yellow Paper appendix G)."""
    logs = sum(LOG_TOPIC * (1 + topics) + LOG_BYTE * size for topics, size in touched.logs)
    slots = FRESH_SLOT * touched.fresh + CHANGED_SLOT * touched.changed + READ_SLOT * touched.read
    return TRANSACTION + calldata_gas(touched) + slots + CALLED_CONTRACT * touched.called + logs
