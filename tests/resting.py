"""A network that rests between the files that use it: its nodes look at the chain many times a second, and several
networks that nobody asks would take both processors from the one that is tested."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from ledger_node.localnet import network
from ledger_node.localnet.network import Network, wait_until_ready


def rest(started: Network) -> None:
    """Its nodes stand still; the chain goes on."""
    _signal_nodes(started, signal.SIGSTOP)


@contextmanager
def awake(started: Network) -> Iterator[None]:
    """Its nodes work inside, and are ready when it begins: as near to the chain's head as a node must be to say so."""
    _signal_nodes(started, signal.SIGCONT)
    try:
        for member in started.members:
            wait_until_ready(member, started.nodes[member.plan.slug])
        yield
    finally:
        rest(started)


def end(started: Network) -> None:
    """Takes down a network that rests: what stands still does not hear that it is to end."""
    _signal_nodes(started, signal.SIGCONT)
    network.down(started)


def _signal_nodes(started: Network, sign: signal.Signals) -> None:
    for handle in started.nodes.values():
        if handle.running():
            os.kill(handle.pid, sign)
