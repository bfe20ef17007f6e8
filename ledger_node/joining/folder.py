"""The files of the new node, in a folder that only its owner reads. Each is written once, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger_node.chain.signer import create_keystore
from ledger_node.errors import JoiningState

Make = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Folder:
    """`admin_keystore` may lie elsewhere: no node needs it."""

    path: Path
    admin_keystore: Path

    @property
    def admission(self) -> Path:
        return self.path / "admission.json"

    @property
    def config(self) -> Path:
        return self.path / "node.toml"

    @property
    def deployment(self) -> Path:
        return self.path / "deployment.json"

    @property
    def operator_keystore(self) -> Path:
        return self.path / "operator.json"

    @property
    def operator_password(self) -> Path:
        return self.path / "operator.password"

    @property
    def api_keys(self) -> Path:
        return self.path / "api-keys.json"

    def make(self) -> None:
        """JoiningState when it cannot be, or holds what is not a joining's."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = {entry.name for entry in self.path.iterdir()} - {_part(self.deployment).name}
            if names and self.deployment.name not in names:
                raise JoiningState("the folder is not empty and no joining's", needed="another --dir, or an empty one")
            self.path.chmod(0o700)  # an empty one may have been anybody's to read
        except OSError as error:
            raise _unusable(self.path.name, error) from None


def write_once(file: Path, make: Make) -> None:
    """Mode 0600. What is there stays: it may have been used, or changed by hand."""
    if file.exists():
        return
    part = _part(file)
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(make())
            output.flush()
            os.fsync(output.fileno())
        part.replace(file)
    except OSError as error:
        raise _unusable(file.name, error) from None


def make_key(keystore: Path, password: Callable[[], str]) -> None:
    """A fresh key, unless there is one: a key is not made twice."""
    if keystore.exists():
        return
    part = _part(keystore)
    try:
        part.unlink(missing_ok=True)
        create_keystore(part, password())
        part.replace(keystore)
    except OSError as error:
        raise _unusable(keystore.name, error) from None


def read(file: Path) -> str:
    """JoiningState when it cannot be read."""
    try:
        return file.read_text()
    except (OSError, UnicodeError) as error:
        raise _unusable(file.name, error) from None


def _part(file: Path) -> Path:
    """Where it is written until it is whole."""
    return file.with_name(f".{file.name}.part")


def _unusable(name: str, error: Exception) -> JoiningState:
    return JoiningState(
        f"{name} cannot be used", got=type(error).__name__, needed="a place that this user may read and write"
    )
