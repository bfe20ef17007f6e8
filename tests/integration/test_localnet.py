"""`medledger network up`, cut at several moments: nothing runs on, and the folder can be used again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.config import load_deployment
from ledger_node.errors import NetworkState, PortInUse
from ledger_node.localnet import network, processes
from ledger_node.localnet.members import CONSORTIUM
from ledger_node.localnet.network import Network
from ledger_node.localnet.settings import Settings

PLANS = CONSORTIUM[:2]
SLOT = "0x" + "00" * 32
MOST_KEPT = 2_000_000  # bytes of a young chain; with the states of all its blocks it would be ten times that
UP = [sys.executable, "-m", "ledger_node.cli", "network", "up", "--block-time", "0.2", "--json", "--dir"]


def of_the_folder(folder: Path) -> list[int]:
    """Processes with the folder on their command line, or with one of its files open as their output."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            output = (process / "fd" / "1").readlink()
            arguments = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if output.is_relative_to(folder) or os.fsencode(folder) in arguments:
            found.append(int(process.name))
    return found


def recorded(folder: Path) -> Network | None:
    return Network.load(folder) if (folder / "network.json").exists() else None


def keys_are_made(folder: Path) -> bool:
    return recorded(folder) is not None


def chain_starts(folder: Path) -> bool:
    found = recorded(folder)
    return found is not None and found.engine.running()


def members_are_admitted(folder: Path) -> bool:
    return (folder / "deployment.json").exists()


def nodes_start(folder: Path) -> bool:
    found = recorded(folder)
    return found is not None and len(found.nodes) >= 2


def wait_for(condition: Callable[[Path], bool], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while not condition(folder):
        assert time.monotonic() < deadline
        time.sleep(0.002)


@contextmanager
def going_up(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*UP, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if keys_are_made(folder):
            network.down(Network.load(folder))


@pytest.mark.parametrize(
    ("moment", "sign"),
    [
        (keys_are_made, signal.SIGTERM),
        (chain_starts, signal.SIGINT),
        (members_are_admitted, signal.SIGTERM),
        (nodes_start, signal.SIGINT),
    ],
)
def test_interrupted_start_leaves_nothing_running(
    tmp_path: Path, sign: signal.Signals, moment: Callable[[Path], bool]
) -> None:
    folder = tmp_path / "network"
    with going_up(folder) as process:
        wait_for(moment, folder)
        process.send_signal(sign)
        assert process.wait(timeout=30) != 0
        assert of_the_folder(folder) == []
        left = Network.load(folder)
        assert not left.running()
        if left.complete:  # on a busy machine, the last admission may be through before the signal comes
            assert moment in (members_are_admitted, nodes_start)
            assert network.up(folder).running()  # nothing of it was lost
        else:
            with pytest.raises(NetworkState, match="--fresh"):
                network.up(folder)
    network.remove(folder)
    assert not folder.exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_signal_within_a_start_is_not_lost(
    tmp_path: Path, sign: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes after the process is there and before anyone was told of it."""
    began = processes._began

    def signalled(pid: int) -> str:
        monkeypatch.setattr(processes, "_began", began)
        os.kill(os.getpid(), sign)
        return began(pid)

    monkeypatch.setattr(processes, "_began", signalled)
    before = signal.getsignal(sign)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        network.up(tmp_path / "network", chain_id=31_337)
    assert signal.getsignal(sign) is before
    assert of_the_folder(tmp_path / "network") == []
    assert not Network.load(tmp_path / "network").engine.running()


def test_killed_start_is_refused_without_fresh_and_replaced_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    with going_up(folder) as process:
        wait_for(nodes_start, folder)
        process.kill()
        process.wait()
        left = Network.load(folder)
        assert left.engine.running()

        plain = subprocess.run([*UP, str(folder)], capture_output=True, text=True, check=False, timeout=30)
        problem = json.loads(plain.stderr.strip().splitlines()[-1])
        assert (plain.returncode, problem["code"]) == (3, "ML-0908")
        assert "--fresh" in problem["needed"]
        assert left.engine.running()

        fresh = subprocess.run([*UP, str(folder), "--fresh"], capture_output=True, text=True, check=False, timeout=60)
        assert fresh.returncode == 0, fresh.stderr
        assert not left.engine.running()
        assert not any(handle.running() for handle in left.nodes.values())
        assert Network.load(folder).engine.running()
    assert of_the_folder(folder) == []


def test_start_cut_before_its_record_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    (folder / "network.json.new").touch()
    network.remove(folder)
    assert not folder.exists()


def test_stopped_network_comes_back_with_its_state(tmp_path: Path) -> None:
    """The same chain, contracts, keys and ports, and blocks that go on; kept with one state, not one a block."""
    first = network.up(tmp_path / "network", chain_id=31_337, block_time=0.2, plans=PLANS)
    try:
        deployment = load_deployment(first.folder / "deployment.json")
        ledger = RpcLedger(first.rpc_url)
        consortium, head = deployment.contracts.consortium, ledger.head()
        storage = ledger.proof(consortium, [SLOT], head.number)["storageHash"]
        network.down(first)
        assert (first.folder / "chain.json").stat().st_size < MOST_KEPT
        assert of_the_folder(first.folder) == []

        with pytest.raises(NetworkState, match="block_time"):
            network.up(first.folder, block_time=0.5)
        second = network.up(first.folder)
        assert (second.ports, second.members) == (first.ports, first.members)
        assert ledger.block(head.number) == head
        assert ledger.proof(consortium, [SLOT], ledger.head().number)["storageHash"] == storage
        with pytest.raises(NetworkState, match="runs in this folder"):
            network.up(first.folder)
        with Client(second.members[0].url, second.members[0].api_keys["steward"]) as node:
            assert len(list(node.organisations.all())) == len(PLANS)
        deadline = time.monotonic() + 10
        while ledger.head().number <= head.number + 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        network.down(Network.load(first.folder))


def test_anvil_that_was_killed_has_lost_its_chain(tmp_path: Path) -> None:
    """Said so, and nothing started: nodes would refuse another chain under the same contracts anyway."""
    killed = network.up(tmp_path / "network", chain_id=31_337, block_time=0.2, plans=PLANS)
    try:
        os.kill(killed.engine.pid, signal.SIGKILL)
        network.down(killed)
        with pytest.raises(NetworkState, match="has not kept its blocks"):
            network.up(killed.folder)
        assert of_the_folder(killed.folder) == []
    finally:
        network.down(Network.load(killed.folder))


def test_port_that_was_taken_in_the_pause_is_named(tmp_path: Path) -> None:
    made = Network(tmp_path, Settings(), complete=True)
    made.save()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        made.ports["chain"] = held.getsockname()[1]
        made.save()
        with pytest.raises(PortInUse, match=r"chain"):
            network.up(tmp_path)


@pytest.mark.parametrize("names", [("thesis.txt",), ("chain.log", "thesis.txt"), ("network.json",), ("hospital-a",)])
def test_folder_of_another_is_never_touched(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).write_text("{}")
    for call in (network.remove, lambda folder: network.up(folder, chain_id=31_337)):
        with pytest.raises(NetworkState):
            call(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(names)


def test_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for call in (network.remove, lambda folder: network.up(folder, chain_id=31_337)):
        with pytest.raises(NetworkState):
            call(tmp_path / "file")
        with pytest.raises(NetworkState):
            call(tmp_path / "file" / "beneath")
