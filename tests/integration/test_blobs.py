"""The folder and the real Kubo behind one port: the same CIDs, verified reads, clear errors."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_node.blobs.folder import FolderBlobs
from ledger_node.blobs.kubo import KuboBlobs
from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable, UnknownDocument
from ledger_node.ports import BlobStore
from ledger_node.proof.cid import cid_of, cid_of_digest
from tests.engines import engine
from tests.integration.kubo import daemon

ABSENT = cid_of_digest(bytes(32))


@pytest.fixture(scope="module")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KuboBlobs]:
    with daemon(tmp_path_factory.mktemp("kubo")) as address:
        blobs = KuboBlobs(address, timeout=3)
        yield blobs
        blobs.close()


@pytest.fixture(params=["folder", pytest.param("kubo", marks=pytest.mark.engines)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    store: BlobStore = FolderBlobs(tmp_path) if request.param == "folder" else request.getfixturevalue("kubo")
    return store


@pytest.mark.parametrize("size", [0, 1, 5_000, 262_144])
def test_put_then_get_gives_the_bytes_back(blobs: BlobStore, size: int) -> None:
    content = os.urandom(size)
    cid = blobs.put(content)
    assert cid == cid_of(content)
    assert blobs.get(cid) == content
    assert blobs.put(content) == cid
    assert blobs.has(cid)
    assert blobs.health() == "ok"


def test_absent_document_is_named_as_such(blobs: BlobStore) -> None:
    assert not blobs.has(ABSENT)
    with pytest.raises(UnknownDocument):
        blobs.get(ABSENT)


@pytest.mark.engines
def test_folder_and_kubo_give_the_same_cid(kubo: KuboBlobs, tmp_path: Path) -> None:
    content = os.urandom(100_000)
    assert kubo.put(content) == FolderBlobs(tmp_path).put(content)


@pytest.mark.engines
@pytest.mark.parametrize("size", [262_145, 1_000_000, 50_000_000])
def test_cid_of_larger_files_is_kubos(tmp_path: Path, size: int) -> None:
    file = tmp_path / "file"
    file.write_bytes(os.urandom(size))
    said = subprocess.run(
        [engine("ipfs"), "add", "--only-hash", "--quieter", "--cid-version=1", "--raw-leaves", str(file)],
        env={**os.environ, "IPFS_PATH": str(_repository(tmp_path))},
        check=True,
        capture_output=True,
        text=True,
    )
    assert cid_of(file.read_bytes()) == said.stdout.strip()


def test_changed_bytes_in_the_folder_are_found(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    cid = blobs.put(b"the document")
    (tmp_path / cid[-2:] / cid).write_bytes(b"another")
    with pytest.raises(BlobCorrupt):
        blobs.get(cid)


def test_kubo_away_is_said_so() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers, nobody else can take it
        blobs = KuboBlobs(f"/ip4/127.0.0.1/tcp/{held.getsockname()[1]}", timeout=2)
        with pytest.raises(BlobStoreUnreachable):
            blobs.put(b"x")
        assert blobs.health() == "unreachable"
        blobs.close()


def _repository(folder: Path) -> Path:
    made = folder / "repository"
    environment = {**os.environ, "IPFS_PATH": str(made)}
    subprocess.run([engine("ipfs"), "init", "--profile", "test"], env=environment, check=True, capture_output=True)
    return made
