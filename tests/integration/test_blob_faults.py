"""FAILURES: "IPFS down, slow, or serving wrong bytes" and "disk full", for documents.

What must happen: registration needs only digests and queues the pin; every read is verified; time-out and size cap.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ledger_node.blobs.folder import FolderBlobs
from ledger_node.blobs.kubo import KuboBlobs
from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable, UnknownDocument
from ledger_node.proof.cid import cid_of
from ledger_node.services.documents import Documents
from ledger_node.services.pinning import Pinning
from ledger_node.store.database import Database
from ledger_node.store.pins import SqlPins
from tests.fakes import FakeClock
from tests.integration.kubo import daemon
from tests.integration.misbehaving import Way, liar, way

DOCUMENT = b'{"title":"Ultrasound"}'
TIMEOUT = 1.0
#: A process that accepts documents one after another, says which, and is killed at no place of its own choosing.
ACCEPTING = """
import sys
from ledger_node.bootstrap import SystemClock
from ledger_node.services.documents import Documents
from ledger_node.store.database import Database
from ledger_node.store.pins import SqlPins
from tests.blobs import MemoryBlobs

documents = Documents(MemoryBlobs(), SqlPins(Database(sys.argv[1]), SystemClock()))
for number in range(1_000_000):
    print(documents.put(b'{"number":%d}' % number), flush=True)
"""


@pytest.fixture(scope="module")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with daemon(tmp_path_factory.mktemp("kubo")) as address:
        yield address


@pytest.fixture
def road() -> Iterator[Way]:
    with way() as made:
        yield made


def port_of(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


@pytest.mark.engines
def test_ipfs_down_documents_are_accepted_and_pinned_when_it_is_back(kubo: str, road: Way, database: Database) -> None:
    clock, blobs = FakeClock(), KuboBlobs(road.address, TIMEOUT)
    pins = SqlPins(database, clock)
    documents, pinning = Documents(blobs, pins), Pinning(blobs, pins, clock)
    digest = documents.put(DOCUMENT)
    for _ in range(5):
        assert pinning.step() == 0
        assert documents.get(digest) == DOCUMENT  # from where it waits
        clock.time += 60
    road.target = port_of(kubo)
    assert pinning.step() == 1
    assert pins.find(cid_of(DOCUMENT)) is None
    assert blobs.has(cid_of(DOCUMENT))
    assert documents.get(digest) == DOCUMENT  # from Kubo
    blobs.close()


@pytest.mark.engines
def test_ipfs_down_and_the_node_killed_no_accepted_document_is_lost(kubo: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'node.db'}"
    store = Database(url)
    store.migrate()
    process = subprocess.Popen([sys.executable, "-c", ACCEPTING, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    accepted = [process.stdout.readline().strip() for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    accepted += [line.strip() for line in process.stdout.read().splitlines() if len(line.strip()) == 66]
    process.wait()
    process.stdout.close()
    clock, blobs = FakeClock(2**31), KuboBlobs(kubo, 5)
    pins = SqlPins(store, clock)
    documents, pinning = Documents(blobs, pins), Pinning(blobs, pins, clock)
    while pinning.step():
        pass
    assert len(accepted) >= 25
    for digest in accepted:
        assert blobs.has(documents.cid(digest))
        assert documents.get(digest).startswith(b'{"number":')
    blobs.close()
    store.close()


@pytest.mark.engines
def test_ipfs_slow_ends_in_time_and_is_tried_again(kubo: str, road: Way) -> None:
    road.target, road.delay = port_of(kubo), 3 * TIMEOUT
    blobs = KuboBlobs(road.address, TIMEOUT)
    began = time.monotonic()
    with pytest.raises(BlobStoreUnreachable):
        blobs.put(DOCUMENT)
    with pytest.raises(UnknownDocument):
        blobs.get(cid_of(DOCUMENT))
    assert blobs.health() == "unreachable"
    assert time.monotonic() - began < 3 * TIMEOUT + 1
    road.delay = 0.0
    assert blobs.get(blobs.put(DOCUMENT)) == DOCUMENT
    blobs.close()


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"title":"Another"}', DOCUMENT + b" "])
def test_ipfs_serving_wrong_bytes_passes_none_on(answer: bytes, database: Database) -> None:
    with liar(iter([answer])) as kubo:
        blobs = KuboBlobs(kubo.address, TIMEOUT)
        documents = Documents(blobs, SqlPins(database, FakeClock()))
        with pytest.raises(BlobCorrupt) as refused:
            documents.get("0x" + "11" * 32)
        assert "Another" not in str(refused.value)
        blobs.close()


def test_ipfs_serving_endless_bytes_is_cut_at_the_cap() -> None:
    with liar(itertools.repeat(b"x" * 65_536)) as kubo:
        blobs = KuboBlobs(kubo.address, 30)
        with pytest.raises(BlobCorrupt):
            blobs.get(cid_of(DOCUMENT))
        assert kubo.sent < 16 << 20  # what the sockets hold, and no more
        blobs.close()


def test_ipfs_serving_byte_by_byte_is_cut_in_time() -> None:
    with liar(itertools.repeat(b"x"), pause=0.05) as kubo:
        blobs = KuboBlobs(kubo.address, TIMEOUT)
        began = time.monotonic()
        with pytest.raises(UnknownDocument):
            blobs.get(cid_of(DOCUMENT))
        assert time.monotonic() - began < TIMEOUT + 1
        blobs.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here (it takes root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_disk_full_documents_are_accepted_and_pinned_when_there_is_room(small_disk: Path, database: Database) -> None:
    clock, blobs = FakeClock(), FolderBlobs(small_disk)
    pins = SqlPins(database, clock)
    documents, pinning = Documents(blobs, pins), Pinning(blobs, pins, clock)
    filler = small_disk / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(os.urandom(4096))
            file.flush()
    content = b'{"text":"' + b"x" * 100_000 + b'"}'
    digest = documents.put(content)
    assert pinning.step() == 0
    assert documents.get(digest) == content
    assert not any(part for part in small_disk.rglob("*") if part.is_file() and part != filler)  # no half file
    filler.unlink()
    clock.time += 2
    assert pinning.step() == 1
    assert documents.get(digest) == content
