"""What a consent's log says: where it stands now, and in which state it was at a time. Derived, never stored.

The rules are those of `contracts/libraries/StateLog.sol` and `ConsentRules.sol`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ledger_node.proof.facts import LogEntry

# IConsentToken.Act; what is left is REVOKED.
SUSPENDED_BY_GRANTOR = 0
REINSTATED_BY_GRANTOR = 1
SUSPENDED_BY_REGULATOR = 2

# ConsentState
ACTIVE = "ACTIVE"
SUSPENDED = "SUSPENDED"
REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log's entries add up to. Times are Unix seconds, 0 for never."""

    grantor_suspended: bool = False
    regulator_until: int = 0
    revoked_at: int = 0

    def at(self, time: int) -> str:
        """The state at `time` when these are all the entries up to then."""
        if self.revoked_at:
            return REVOKED
        return SUSPENDED if self.grantor_suspended or time < self.regulator_until else ACTIVE


def standing(log: Sequence[LogEntry]) -> Standing:
    """The sum of the entries in their order."""
    return reduce(_after, log, Standing())


def state_at(log: Sequence[LogEntry], time: int) -> str:
    """The state at the end of second `time`, as `IConsentToken.stateAt` says it."""
    return standing([entry for entry in log if entry.at <= time]).at(time)


class History:
    """A log that is asked about many times; its entries' times never fall."""

    def __init__(self, log: Sequence[LogEntry]) -> None:
        self._times = [entry.at for entry in log]
        self._standings = [Standing()]
        for entry in log:
            self._standings.append(_after(self._standings[-1], entry))
        self._known: dict[int, bool] = {}

    def was_active_during(self, time: int) -> bool:
        """Whether the consent was active at some moment of second `time`.

        Entries and uses of one second are not ordered by their times, so this is all that times can tell.
        """
        if time not in self._known:
            before, until = bisect_left(self._times, time), bisect_right(self._times, time)
            self._known[time] = any(one.at(time) == ACTIVE for one in self._standings[before : until + 1])
        return self._known[time]


def _after(before: Standing, entry: LogEntry) -> Standing:
    if entry.act == SUSPENDED_BY_GRANTOR:
        return replace(before, grantor_suspended=True)
    if entry.act == REINSTATED_BY_GRANTOR:
        return replace(before, grantor_suspended=False)
    if entry.act == SUSPENDED_BY_REGULATOR:
        return replace(before, regulator_until=entry.until)
    return replace(before, revoked_at=entry.at)
