"""What a consent's log says: how its suspensions stand after each entry, and in which state it was at a time.

The rules are those of `contracts/libraries/StateLog.sol`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ledger_node.proof import codes
from ledger_node.proof.facts import LogEntry

# IConsentToken.Act
SUSPENDED_BY_GRANTOR, REINSTATED_BY_GRANTOR, SUSPENDED_BY_REGULATOR, SUSPENDED_BY_VOTE, REVOKED_FOR_EVER = range(5)

# ConsentState
ACTIVE = "ACTIVE"
SUSPENDED = "SUSPENDED"
REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log's entries add up to.

    `regulator_until` is when the last suspension by a regulator or a vote ends (Unix seconds), 0 when there was none.
    """

    grantor_suspended: bool = False
    regulator_until: int = 0
    revoked: bool = False
    tainted: bool = False

    def at(self, time: int) -> str:
        """The state at `time` when these are all the entries up to then."""
        if self.revoked:
            return REVOKED
        return SUSPENDED if self.grantor_suspended or time < self.regulator_until else ACTIVE


def standings(log: Sequence[LogEntry]) -> tuple[Standing, ...]:
    """How things stood before the log, and after each of its entries."""
    return tuple(accumulate(log, _after, initial=Standing()))


def state_at(log: Sequence[LogEntry], time: int) -> str:
    """The state at the end of second `time`, as `IConsentToken.stateAt` says it."""
    return standings([entry for entry in log if entry.at <= time])[-1].at(time)


class History:
    """A log that is asked about many times; its entries' times never fall."""

    def __init__(self, log: Sequence[LogEntry]) -> None:
        self._times = [entry.at for entry in log]
        self._standings = standings(log)
        self._known: dict[int, bool] = {}

    def was_active_during(self, time: int) -> bool:
        """Whether the consent was active at some moment of second `time`.

        Entries and uses of one second are not ordered by their times, so this is all that times can tell.
        """
        if time not in self._known:
            before, until = bisect_left(self._times, time), bisect_right(self._times, time)
            self._known[time] = any(one.at(time) == ACTIVE for one in self._standings[before : until + 1])
        return self._known[time]

    def changes(self) -> Iterator[int]:
        """The times at which the state may have become another."""
        yield from self._times
        yield from (one.regulator_until for one in self._standings)


def _after(before: Standing, entry: LogEntry) -> Standing:
    # Only these acts have an end; that others have none is for `rules` to see.
    stands = replace(before, regulator_until=entry.until or before.regulator_until)
    if entry.act == SUSPENDED_BY_GRANTOR:
        return replace(stands, grantor_suspended=True)
    if entry.act == REINSTATED_BY_GRANTOR:
        return replace(stands, grantor_suspended=False)
    if entry.act == REVOKED_FOR_EVER:
        return replace(stands, revoked=True, tainted=entry.reason in codes.TAINTING)
    return stands
