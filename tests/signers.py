"""A consortium on five real signers, its stores in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger_node.localnet import network
from ledger_node.localnet.members import CONSORTIUM
from ledger_node.localnet.network import Network
from tests.engines import engine

SIGNERS = 5
MAJORITY = SIGNERS // 2 + 1


@contextmanager
def five_signers(chain_id: int) -> Iterator[Network]:
    """A hospital's and a regulator's nodes on geth with Clique; tests may stop and start its parts."""
    engine("geth")
    # Not under pytest's folder: each session shuts that for other users, and PostgreSQL runs as one of them under root.
    with TemporaryDirectory(prefix="clique-") as folder:
        started = network.up(
            Path(folder) / "network",
            chain_id=chain_id,
            engine="clique",
            signers=SIGNERS,
            store="postgresql",
            plans=CONSORTIUM[:2],
        )
        yield started
        network.down(Network.load(started.folder))
