"""A network that rests between the files that use it: its nodes look at the chain many times a second, and several
networks that nobody asks would take both processors from the one that is tested."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger_node.localnet import network
from ledger_node.localnet.network import Network, wait_until_ready


@contextmanager
def resting(folder: Path, **asked: Any) -> Iterator[Network]:
    """A network (`network.up` says what may be asked) whose nodes stand still but where it is `awake`; the chain goes
    on."""
    started = network.up(folder, **asked)
    try:
        _signal_nodes(started, signal.SIGSTOP)
        yield started
    finally:
        _signal_nodes(started, signal.SIGCONT)  # what stands still does not hear that it is to end
        network.down(started)


@contextmanager
def awake(started: Network) -> Iterator[None]:
    """Its nodes work inside, and are ready when it begins: as near to the chain's head as a node must be to say so."""
    _signal_nodes(started, signal.SIGCONT)
    try:
        for member in started.members:
            wait_until_ready(member, started.nodes[member.plan.slug])
        yield
    finally:
        _signal_nodes(started, signal.SIGSTOP)


def _signal_nodes(started: Network, sign: signal.Signals) -> None:
    for handle in started.nodes.values():
        if handle.running():
            os.kill(handle.pid, sign)
