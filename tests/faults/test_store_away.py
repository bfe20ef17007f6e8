"""The store is stopped, full, or broken."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import product
from pathlib import Path

import pytest

from ledger_node.client import Client
from ledger_node.client.retries import Retries
from ledger_node.errors import MedLedgerError
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network, start_process
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import stop
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import CARD, Load
from tests.faults.nodes import restart, rewrite

pytestmark = [pytest.mark.slow, pytest.mark.faults]
REQUESTS = 600 if WHOLE else 80
CALLS = list(product(("pwrite64", "fdatasync"), ("EIO", "ENOSPC")))
if not WHOLE:
    CALLS = [("pwrite64", "ENOSPC"), ("fdatasync", "EIO")]  # each call, each error
FULL = "24m"  # size of a disk that fills soon


def test_postgresql_stopped_and_started_under_load(postgresql_network: Network, account: Account) -> None:
    network, member = postgresql_network, postgresql_network.member("hospital-a")
    (name,) = network.processes["database"]
    tries = 5 if WHOLE else 2
    with Load(member, REQUESTS, seconds=tries * 5) as load:
        for _ in range(tries):
            time.sleep(2)
            stop(network.processes["database"][name])
            time.sleep(1)
            start_process(network, "database", name)
        load.finish()
    assert load.refused == []
    account.write(tries, audit(network, member, load))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={FULL}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a disk of its own cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_disk_full(sqlite_network: Network, account: Account, small_disk: Path) -> None:
    """Reads go on, writes are refused, and it recovers by itself once there is room."""
    network, member = sqlite_network, sqlite_network.member("hospital-a")
    rewrite(member, database=f'"sqlite:///{small_disk}/node.db"')
    restart(network, member)
    with Load(member, REQUESTS, seconds=10) as load:
        time.sleep(2)
        with (small_disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(b"\0" * 4096)
        code, taken = _refusal_of(member)
        with Client(member.url, member.api_keys["auditor"]) as node:
            assert node.datasets.list(limit=1).items
        subprocess.run(["mount", "-o", "remount,size=96m", str(small_disk)], check=True)
        load.finish()
    assert code == "ML-0909"
    assert load.refused == []
    account.write(1, audit(network, member, load, before=taken))


@pytest.mark.parametrize("at", ["the header", "a page"])
def test_byte_flipped_in_the_database(sqlite_network: Network, account: Account, at: str) -> None:
    """It refuses to start; made again from the chain, its index has the digest of before."""
    network, member = sqlite_network, sqlite_network.member("hospital-a")
    with Load(member, 20) as load:
        load.finish()
    verdict = audit(network, member, load)
    stop(network.nodes["hospital-a"])
    database = member.folder / "node.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = _digest_of(database)
    place = 16 if at == "the header" else 4096 * 12 + 3  # page size (SQLite file format, 1.3); a page's cells (1.6)
    with database.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff\xff\xff")
    broken = start_node(member)
    deadline = time.monotonic() + 30
    while broken.running():
        assert time.monotonic() < deadline, "a node runs on a broken database"
        time.sleep(0.1)
    assert "ML-0901" in (member.folder / "node.log").read_text()
    for file in member.folder.glob("node.db*"):
        file.unlink()
    network.nodes["hospital-a"] = start_node(member)
    wait_until_ready(member, network.nodes["hospital-a"])
    stop(network.nodes["hospital-a"])
    assert _digest_of(database) == before
    account.write(1, verdict)


def _digest_of(database: Path) -> str:
    """Of its index's rows."""
    store = Database(f"sqlite:///{database}")
    try:
        return SqlIndex(store).digest()
    finally:
        store.close()


@pytest.mark.parametrize(("call", "error"), CALLS)
def test_system_call_fails(sqlite_network: Network, account: Account, call: str, error: str) -> None:
    """By strace, now and then on SQLite's writes and syncs."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    network, member = sqlite_network, sqlite_network.member("hospital-a")
    pid = network.nodes["hospital-a"].pid
    inject = f"inject={call}:error={error}:when=20+15"
    with Load(member, REQUESTS, seconds=8) as load:
        tracer = subprocess.Popen(
            [strace, "-f", "-q", "-e", f"trace={call}", "-e", inject, "-o", os.devnull, "-p", str(pid)]
        )
        time.sleep(6)
        tracer.terminate()
        tracer.wait()
        load.finish()
    assert load.refused == []
    account.write(1, audit(network, member, load))


def _refusal_of(member: Member) -> tuple[str, int]:
    """The code of a write that cannot be accepted now, and how many were accepted before."""
    deadline, taken = time.monotonic() + 20, 0
    with Client(member.url, member.api_keys["steward"], retries=Retries(attempts=1)) as node:
        while time.monotonic() < deadline:
            try:
                node.datasets.register(CARD, wait=0)
                taken += 1
            except MedLedgerError as error:
                return error.code, taken
    return "", taken
