"""`medledger network up`, cut at several moments: nothing runs on, and the folder can be used again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger_node.errors import NetworkState
from ledger_node.localnet import network, processes
from ledger_node.localnet.network import Network

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


def chain_starts(folder: Path) -> bool:
    return recorded(folder) is not None


def contracts_deploy(folder: Path) -> bool:
    return (folder / "publisher" / "node.toml").exists()


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
        if chain_starts(folder):
            network.down(Network.load(folder))


@pytest.mark.parametrize("moment", [chain_starts, contracts_deploy, nodes_start])
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
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
        assert not left.engine.running()
        assert not any(handle.running() for handle in left.nodes.values())
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
    (folder / "hospital-a").mkdir(parents=True)
    (folder / "chain.log").touch()
    with pytest.raises(NetworkState, match="--fresh"):
        network.up(folder, chain_id=31_337)
    network.remove(folder)
    assert not folder.exists()


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
