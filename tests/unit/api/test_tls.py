"""The API over TLS, by uvicorn on a port, with real certificates."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import anyio
import httpx2
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.cli.serving import server_of
from ledger_node.client import Client
from ledger_node.client.aio import AsyncClient
from ledger_node.client.retries import Retries
from ledger_node.client.tls import Tls
from ledger_node.config import HttpConfig
from ledger_node.errors import ConfigInvalid, NodeUnreachable
from ledger_node.localnet.processes import free_port
from tests.certificates import Authority, Files

from .fakes import KEYS
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


def tls_of(authority: Authority, own: Files | None = None) -> Tls:
    return Tls(authority.files.certificate) if own is None else Tls(authority.files.certificate, *astuple(own))


def test_a_client_trusts_the_authority_that_it_is_given(
    application: FastAPI, ours: Authority, node_files: Files
) -> None:
    with served(application, config(node_files)) as port:
        with Client(f"https://127.0.0.1:{port}", tls=tls_of(ours)) as node:
            assert node.node.health() == {"status": "ok"}
        with pytest.raises(NodeUnreachable) as caught, Client(f"https://127.0.0.1:{port}") as node:
            node.node.health()
        assert "is not trusted" in caught.value.detail
        # The certificate is for 127.0.0.1, by its address.
        with pytest.raises(NodeUnreachable) as caught, Client(f"https://localhost:{port}", tls=tls_of(ours)) as node:
            node.node.health()
        assert "localhost" in caught.value.got


def test_an_awaited_client_shows_its_certificate(
    application: FastAPI, ours: Authority, node_files: Files, tmp_path: Path
) -> None:
    desk, strangers = ours.issue("ward"), Authority.create(tmp_path, "strangers")
    few = Retries(attempts=1)

    async def health(port: int, tls: Tls) -> object:
        async with AsyncClient(f"https://127.0.0.1:{port}", tls=tls, retries=few) as node:
            return await node.node.health()

    with served(application, config(node_files, ours.files.certificate)) as port:
        assert anyio.run(health, port, tls_of(ours, desk)) == {"status": "ok"}
        for own in (None, strangers.issue("stranger")):
            with pytest.raises(NodeUnreachable):
                anyio.run(health, port, tls_of(ours, own))


def test_commands_and_profiles_speak_mutual_tls(
    application: FastAPI, ours: Authority, node_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.get_app_dir", lambda _name: str(tmp_path / "config"))
    monkeypatch.setattr("ledger_node.client.client.Retries", lambda: Retries(sleep=lambda seconds: None))
    desk, both, key = ours.issue("clerk"), tmp_path / "clerk.pem", tmp_path / "clerk.key"
    both.write_text(Path(desk.certificate).read_text() + Path(desk.key).read_text())
    key.write_text(KEYS["auditor"])
    ca = ours.files.certificate

    def run(*words: str, **environment: str) -> int:
        return CliRunner(env=environment).invoke(app, list(words)).exit_code

    with served(application, config(node_files, ca)) as port:
        url = f"https://127.0.0.1:{port}"
        asked = ("organisation", "list", "--node", url, "--key", str(key))
        assert run(*asked, "--ca", ca, "--client-certificate", str(both)) == 0
        assert run(*asked, MEDLEDGER_CA=ca, MEDLEDGER_CLIENT_CERTIFICATE=str(both)) == 0
        assert run(*asked, "--ca", ca) == 3
        assert run(*asked) == 3
        files = ("--key-file", str(key), "--ca-file", ca, "--certificate-file", str(both))
        assert run("profile", "add", "ward", url, *files) == 0
        assert run("organisation", "list") == 0


@pytest.mark.parametrize("field", ["ca", "certificate"])
def test_a_client_says_which_file_it_cannot_use(field: str, node_files: Files, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for file in (broken, tmp_path / "absent.pem", node_files.key):
        with pytest.raises(ConfigInvalid):
            Client("https://127.0.0.1:1", tls=Tls(**{field: file}))
