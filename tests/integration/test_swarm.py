"""Documents in a private swarm of real daemons, one for each organisation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_node.blobs.kubo import KuboBlobs
from ledger_node.errors import UnknownDocument
from ledger_node.localnet.kubo import Swarm
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, stop_all
from tests.engines import engine

pytestmark = [pytest.mark.engines, pytest.mark.slow]

NAMES = ("hospital", "publisher", "regulator")


def started(swarm: Swarm) -> list[Handle]:
    handles: list[Handle] = []
    for name in swarm.names:
        swarm.start(name, handles.append)
    for name, handle in zip(swarm.names, handles, strict=True):
        swarm.wait(name, handle)
    return handles


def made(folder: Path, names: tuple[str, ...]) -> Swarm:
    engine("ipfs")
    for name in names:
        (folder / name).mkdir()
    swarm = Swarm(folder, Ports(), names)
    swarm.make()
    return swarm


@pytest.fixture(scope="module")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    swarm = made(tmp_path_factory.mktemp("swarm"), NAMES)
    handles = started(swarm)
    try:
        assert [swarm.peers(name) for name in NAMES] == [len(NAMES) - 1] * len(NAMES)
        yield swarm
    finally:
        stop_all(handles)


def test_document_put_at_one_is_read_at_another(swarm: Swarm) -> None:
    content = os.urandom(200_000)
    at = [KuboBlobs(swarm.address(name), timeout=20) for name in NAMES]
    cid = at[0].put(content)
    assert not at[1].has(cid)
    assert at[1].get(cid) == at[2].get(cid) == content
    for blobs in at:
        blobs.close()


def test_daemon_with_another_key_is_not_let_in(swarm: Swarm, tmp_path: Path) -> None:
    """It knows where they listen and dials them, and stays alone."""
    stranger = made(tmp_path, ("stranger",))
    theirs = json.loads((swarm.folder / NAMES[0] / "kubo" / "config").read_text())
    file = tmp_path / "stranger" / "kubo" / "config"
    file.write_text(json.dumps({**json.loads(file.read_text()), "Peering": theirs["Peering"]}))
    handles = started(stranger)
    try:
        inside, outside = KuboBlobs(swarm.address(NAMES[1]), timeout=20), KuboBlobs(stranger.address("stranger"), 3)
        cid = inside.put(os.urandom(1000))
        with pytest.raises(UnknownDocument):
            outside.get(cid)
        inside.close()
        outside.close()
        assert stranger.peers("stranger") == 0
    finally:
        stop_all(handles)


def test_daemons_know_the_loopback_only(swarm: Swarm) -> None:
    for name in NAMES:
        config = json.loads((swarm.folder / name / "kubo" / "config").read_text())
        assert config["Bootstrap"] == []
        peers = [address for peer in config["Peering"]["Peers"] for address in peer["Addrs"]]
        own = [config["Addresses"]["API"], *config["Addresses"]["Swarm"]]
        assert len(peers) == len(NAMES) - 1
        assert all(address.startswith("/ip4/127.0.0.1/tcp/") for address in peers + own)
