"""The API over TLS, by uvicorn on a port, with real certificates."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from ledger_node.cli.serving import server_of
from ledger_node.config import HttpConfig
from ledger_node.errors import ConfigInvalid
from ledger_node.localnet.processes import free_port
from tests.certificates import Authority, Files

from .story import world


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("tls"), "authority")


@pytest.fixture(scope="module")
def node_files(ours: Authority) -> Files:
    return ours.issue("node")


@contextmanager
def served(application: FastAPI, http: HttpConfig) -> Iterator[int]:
    application.state.node = world().node
    port = free_port()
    server = server_of(application, "127.0.0.1", port, http)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def trusting(authority: Authority, own: Files | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.files.certificate)
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return context


def ask(port: int, context: ssl.SSLContext | None, scheme: str = "https") -> int:
    with httpx2.Client(verify=context or True, trust_env=False) as client:
        return client.get(f"{scheme}://127.0.0.1:{port}/healthz").status_code


def config(files: Files, client_ca: str | None = None) -> HttpConfig:
    authority = None if client_ca is None else Path(client_ca)
    return HttpConfig(certificate=Path(files.certificate), key=Path(files.key), client_ca=authority)


def test_tls_is_all_that_is_spoken(application: FastAPI, ours: Authority, node_files: Files) -> None:
    with served(application, config(node_files)) as port:
        assert ask(port, trusting(ours)) == 200
        for context, scheme in ((None, "https"), (None, "http")):
            with pytest.raises(httpx2.TransportError):
                ask(port, context, scheme)


def test_mutual_tls_asks_clients_for_a_certificate_of_the_authority(
    application: FastAPI, ours: Authority, node_files: Files, tmp_path: Path
) -> None:
    strangers = Authority.create(tmp_path, "strangers")
    with served(application, config(node_files, ours.files.certificate)) as port:
        assert ask(port, trusting(ours, ours.issue("desk"))) == 200
        for own in (None, strangers.issue("stranger")):
            with pytest.raises(httpx2.TransportError):
                ask(port, trusting(ours, own))


def test_files_that_are_no_certificate_are_told(application: FastAPI, node_files: Files, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for certificate in (empty, tmp_path / "absent.pem"):
        http = HttpConfig(certificate=certificate, key=Path(node_files.key))
        with pytest.raises(ConfigInvalid):
            server_of(application, "127.0.0.1", 1, http)


@pytest.mark.parametrize(
    "fields", [{"certificate": "a.pem"}, {"key": "a.key"}, {"client_ca": "ca.pem"}, {"origins": ["*"]}]
)
def test_half_a_configuration_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        HttpConfig.model_validate(fields)
