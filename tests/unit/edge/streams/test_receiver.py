"""The receiver as its own process, and real associations with it."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage
from pynetdicom import AE

from ledger_node.edge.streams.intake import RECEIVED
from ledger_node.edge.streams.receiver import ECHO, Listening
from ledger_node.localnet.processes import free_port
from tests.unit.edge.synthetic import saved, ultrasound

pytestmark = pytest.mark.slow


@contextmanager
def listening(told: Listening) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "ledger_node.edge.streams.receiver"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(told.line())
        process.stdin.flush()
        assert process.stdout.readline() == b"listening\n"
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def told(tmp_path: Path) -> Listening:
    return Listening(str(tmp_path), "MEDLEDGER", ("SCANNER1",), port=free_port())


@pytest.fixture
def image(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("sent") / "image.dcm"
    return dcmread(saved(ultrasound(np.arange(20, dtype=np.uint8).reshape(4, 5)), path))


def send(
    told: Listening,
    image: Dataset,
    title: str = "SCANNER1",
    called: str = "MEDLEDGER",
    tls: ssl.SSLContext | None = None,
) -> int | None:
    """The status of the C-STORE; None when there was no association."""
    device = AE(ae_title=title)
    device.add_requested_context(UltrasoundImageStorage, ExplicitVRLittleEndian)
    device.add_requested_context(ECHO)
    secured = None if tls is None else (tls, "127.0.0.1")
    association = device.associate("127.0.0.1", told.port, ae_title=called, tls_args=secured)
    if not association.is_established:
        return None
    try:
        assert association.send_c_echo().Status == 0
        return int(association.send_c_store(image).Status)
    finally:
        association.release()


def test_object_is_on_the_disk_before_success_is_said(told: Listening, image: Dataset) -> None:
    with listening(told):
        assert send(told, image) == 0x0000
        (file,) = Path(told.incoming).iterdir()
    assert file.name.endswith(RECEIVED)
    assert file.stat().st_mode & 0o777 == 0o600
    assert dcmread(file) == image
    assert dcmread(file).file_meta.TransferSyntaxUID == ExplicitVRLittleEndian


@pytest.mark.parametrize(("title", "called"), [("STRANGER", "MEDLEDGER"), ("SCANNER1", "OTHER")])
def test_unknown_titles_are_not_connected(told: Listening, image: Dataset, title: str, called: str) -> None:
    with listening(told):
        assert send(told, image, title, called) is None
    assert list(Path(told.incoming).iterdir()) == []


def test_object_that_is_too_large_is_refused_and_the_next_is_not(told: Listening, image: Dataset) -> None:
    large = Dataset()
    large.update(image)
    large.file_meta = image.file_meta
    large.PixelData = bytes(100_000)
    with listening(replace(told, largest=50_000)):
        assert send(told, large) == 0xA700
        assert send(told, image) == 0x0000
        assert len(list(Path(told.incoming).iterdir())) == 1


def test_devices_send_at_the_same_time(told: Listening) -> None:
    sent = [ultrasound(np.full((4, 5), number, dtype=np.uint8)) for number in range(32)]
    for number, one in enumerate(sent):
        saved(one, Path(told.incoming) / f".{number}")
    images = [dcmread(Path(told.incoming) / f".{number}") for number in range(32)]
    with listening(told), ThreadPoolExecutor(8) as devices:
        assert set(devices.map(lambda one: send(told, one), images)) == {0x0000}
    kept = [dcmread(path) for path in Path(told.incoming).glob(f"*{RECEIVED}")]
    assert {one.SOPInstanceUID for one in kept} == {one.SOPInstanceUID for one in images}


def test_it_ends_with_its_parent(told: Listening) -> None:
    with listening(told) as process:
        assert process.stdin is not None
        process.stdin.close()
        end = time.monotonic() + 10
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        assert process.poll() == 0
