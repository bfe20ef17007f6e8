"""A network of signers that is cut in two, and joined again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ledger_node.chain.rpc import RpcLedger

STILL = 5.0  # seconds
JOINED = 90.0  # seconds in which a signer has dialled another again: geth does not dial one twice within 35


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.1)


def heads(ledgers: Sequence[RpcLedger]) -> list[int]:
    return [ledger.head().number for ledger in ledgers]


def stalled(ledgers: Sequence[RpcLedger]) -> list[int]:
    """Their heads, once those have not moved for longer than a signer may wait whose turn it is not."""
    deadline = time.monotonic() + 60
    seen, since = heads(ledgers), time.monotonic()
    while time.monotonic() - since < STILL:
        assert time.monotonic() < deadline, "the chain goes on"
        time.sleep(0.2)
        if (now := heads(ledgers)) != seen:
            seen, since = now, time.monotonic()
    return seen


@contextmanager
def parted(here: Sequence[RpcLedger], there: Sequence[RpcLedger]) -> Iterator[None]:
    """No engine of one side knows one of the other, and none dials: until the end, when all find each other again."""

    def apart() -> bool:
        if _peers(here) == [len(here) - 1] * len(here) and _peers(there) == [len(there) - 1] * len(there):
            return True
        # Again: a dial that was under way comes through after both ends have forgotten each other.
        _for_each_pair("admin_removePeer", here, there)
        time.sleep(1)
        return False

    until(apart, JOINED)
    try:
        yield
    finally:
        _for_each_pair("admin_addPeer", here, there)
    until(lambda: min(_peers([*here, *there])) > 0 and max(_peers(here)) >= len(here), JOINED)


def _for_each_pair(method: str, here: Sequence[RpcLedger], there: Sequence[RpcLedger]) -> None:
    """On both ends: an engine that still knows another dials it."""
    places = {ledger: ledger.call("admin_nodeInfo")["enode"] for ledger in (*here, *there)}
    for one in here:
        for other in there:
            one.call(method, places[other])
            other.call(method, places[one])


def _peers(ledgers: Sequence[RpcLedger]) -> list[int]:
    return [int(ledger.call("net_peerCount"), 16) for ledger in ledgers]
