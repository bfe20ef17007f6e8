"""What a start reads first, when it is not as it should be: its own error and never a bare one of the system."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger_node.chain.signer import KeystoreSigner
from ledger_node.config import load_config, load_deployment
from ledger_node.errors import ConfigInvalid, KeystoreInvalid
from ledger_node.localnet.processes import Handle, port_is_free


def folder(path: Path) -> None:
    path.mkdir()


def binary(path: Path) -> None:
    path.write_bytes(b"\x00\xff\xfe\x80")


def unreadable(path: Path) -> None:
    path.touch(mode=0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")


def loop(path: Path) -> None:
    path.symlink_to(path)


BAD = pytest.mark.parametrize("make", [folder, binary, unreadable, loop])


@BAD
def test_bad_keystore(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "operator.json")
    with pytest.raises(KeystoreInvalid):
        KeystoreSigner.open(tmp_path / "operator.json", "password", 1)


@pytest.mark.parametrize("content", [[], 5, "text", {}, {"crypto": 5, "version": 3}, {"version": 1}])
def test_keystore_of_another_form(tmp_path: Path, content: object) -> None:
    (tmp_path / "operator.json").write_text(json.dumps(content))
    with pytest.raises(KeystoreInvalid):
        KeystoreSigner.open(tmp_path / "operator.json", "password", 1)


@BAD
@pytest.mark.parametrize("load", [load_config, load_deployment])
def test_bad_file(tmp_path: Path, make: Callable[[Path], None], load: Callable[[Path], object]) -> None:
    make(tmp_path / "file")
    with pytest.raises(ConfigInvalid):
        load(tmp_path / "file")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "2001:db8::1", "a" * 64 + ".example"])
def test_address_that_is_not_ours_names_the_host(host: str) -> None:
    with pytest.raises(ConfigInvalid, match="bad field: host"):
        port_is_free(host, 8600)


def test_port_that_is_taken_and_one_that_is_free() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", port)


def test_process_that_ended_before_it_was_looked_at_does_not_run() -> None:
    assert not Handle(2**22 + 1, "").running()
