"""The receiver with TLS: real certificates, real associations, and who is not let in."""

from __future__ import annotations

import gc
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from ledger_node.edge.streams.receiver import PATIENCE, Listening
from ledger_node.edge.streams.reception import Reception
from ledger_node.errors import ConfigInvalid
from ledger_node.localnet.processes import free_port
from tests.certificates import Authority, Files
from tests.unit.edge.streams.test_receiver import listening, send
from tests.unit.edge.synthetic import saved, ultrasound

# The library leaves a refused device's socket to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("hospital"), "hospital")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture
def told(hospital: Authority, tmp_path: Path) -> Listening:
    """Devices need not show a certificate; `replace(told, clients=…)` asks them for one."""
    ours = hospital.issue("receiver")
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    known = ("SCANNER1",)
    return Listening(str(incoming), "MEDLEDGER", known, port=free_port(), certificate=ours.certificate, key=ours.key)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("sent") / "image.dcm"
    return dcmread(saved(ultrasound(np.arange(20, dtype=np.uint8).reshape(4, 5)), path))


def device(trusted: Authority, own: Files | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trusted.files.certificate)
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return context


def received(told: Listening) -> int:
    return len(list(Path(told.incoming).iterdir()))


def test_object_comes_over_tls(told: Listening, image: Dataset, hospital: Authority, stranger: Authority) -> None:
    with listening(told):
        assert send(told, image, tls=device(hospital)) == 0x0000
        assert send(told, image, "STRANGER", tls=device(hospital)) is None
        assert send(told, image, tls=device(stranger)) is None  # the device does not know us
        assert received(told) == 1


def test_plain_text_is_refused(told: Listening, image: Dataset, hospital: Authority) -> None:
    with listening(told):
        assert send(told, image) is None
        assert received(told) == 0
        assert send(told, image, tls=device(hospital)) == 0x0000


def test_device_must_show_a_certificate_of_whom_we_know(
    told: Listening, image: Dataset, hospital: Authority, stranger: Authority
) -> None:
    asking = replace(told, clients=hospital.files.certificate)
    with listening(asking):
        assert send(asking, image, tls=device(hospital)) is None
        assert send(asking, image, tls=device(hospital, stranger.issue("device"))) is None
        assert received(asking) == 0
        assert send(asking, image, tls=device(hospital, hospital.issue("device"))) == 0x0000
        assert received(asking) == 1


@pytest.mark.parametrize("version", ["TLSv1_1", "TLSv1_2", "TLSv1_3"])
def test_tls_is_1_2_or_newer(told: Listening, hospital: Authority, version: str) -> None:
    context = device(hospital)
    context.set_ciphers("ALL:@SECLEVEL=0")  # this client would speak the old one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with listening(told), socket.create_connection(("127.0.0.1", told.port), 10) as line:
        if version == "TLSv1_1":
            with pytest.raises(ssl.SSLError, match=r"(?i)alert.protocol.version"):
                context.wrap_socket(line, server_hostname="127.0.0.1")
            return
        with context.wrap_socket(line, server_hostname="127.0.0.1") as secured:
            assert secured.version() == version.replace("_", ".")


def test_who_connects_and_says_nothing_keeps_nobody_waiting(
    told: Listening, image: Dataset, hospital: Authority
) -> None:
    with listening(told), socket.create_connection(("127.0.0.1", told.port), 10):
        started = time.monotonic()
        assert send(told, image, tls=device(hospital)) == 0x0000
        assert time.monotonic() - started < PATIENCE / 2


@pytest.mark.parametrize("part", ["certificate", "key", "clients"])
def test_file_that_is_none_is_said_at_the_start(told: Listening, tmp_path: Path, part: str) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    for path in (tmp_path / "none.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigInvalid) as refused, Reception(replace(told, **{part: str(path)})):
            pass
        assert "PEM" in str(refused.value)
        assert str(tmp_path) not in str(refused.value)
