"""A newcomer's files are written once, whole, for their owner alone; what the members vote on is said exactly."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from ledger_node.cli.asking import Password
from ledger_node.config import load_config
from ledger_node.domain.codes import Capability
from ledger_node.errors import InvalidField, JoiningState
from ledger_node.joining import folder as files
from ledger_node.joining.admission import Admission, require_name
from ledger_node.joining.beginning import Choices, _config
from ledger_node.joining.folder import Folder, make_key, write_once

BOTH = Capability.CUSTODIAN | Capability.PUBLISHER
ADMISSION = Admission("Clinic O'Neil \U0001d518", "0x" + "Aa" * 20, BOTH, False)


def test_admission_is_kept_whole() -> None:
    assert Admission.from_json(ADMISSION.to_json()) == ADMISSION


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"name": "a", "admin": "b", "capabilities": ["KING"], "forProfit": 1}']
)
def test_broken_admission_is_refused(text: str) -> None:
    with pytest.raises(JoiningState):
        Admission.from_json(text)


def test_command_for_members_is_one_that_a_shell_takes() -> None:
    words = shlex.split(ADMISSION.command())
    assert words[:4] == ["medledger", "proposal", "open", "admit"]
    assert words[4:8] == ["--name", ADMISSION.name, "--admin", ADMISSION.admin]
    assert words[8:] == ["--capability", "CUSTODIAN", "--capability", "PUBLISHER", "--not-for-profit"]


@pytest.mark.parametrize("name", ["", "ä" * 65, "two\nlines", "\x7f"])
def test_name_that_the_contract_refuses_is_refused_before_a_key_is_made(name: str) -> None:
    with pytest.raises(InvalidField):
        require_name(name)
    require_name("ä" * 64)


def test_file_is_written_once_and_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    (tmp_path / ".secret.part").write_text("of a call that was killed")
    write_once(file, lambda: "first")
    write_once(file, lambda: pytest.fail("what is there stays"))
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("first", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_key_is_made_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def create(path: Path, password: str) -> str:
        assert not path.exists()
        path.write_text(password)
        made.append(path)
        return "0x"

    monkeypatch.setattr(files, "create_keystore", create)
    (tmp_path / ".key.json.part").write_text("half a key")
    make_key(tmp_path / "key.json", lambda: "secret")
    make_key(tmp_path / "key.json", lambda: pytest.fail("there is a key"))
    assert len(made) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["key.json"]


def test_folder_of_another_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(JoiningState):
        Folder(tmp_path, tmp_path / "admin.json").make()
    with pytest.raises(JoiningState):
        Folder(tmp_path / "thesis.txt" / "beneath", tmp_path / "admin.json").make()


def test_folder_that_was_just_begun_is_no_strangers(tmp_path: Path) -> None:
    (tmp_path / ".deployment.json.part").write_text("half")
    Folder(tmp_path, tmp_path / "admin.json").make()


def test_empty_folder_that_anybody_could_read_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Folder(tmp_path, tmp_path / "admin.json").make()
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_folder_is_its_owners(tmp_path: Path) -> None:
    made = Folder(tmp_path / "a" / "b", tmp_path / "admin.json")
    made.make()
    made.make()
    assert made.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kubo", [None, "/ip4/127.0.0.1/tcp/5001"])
def test_configuration_is_one_that_a_node_takes(tmp_path: Path, kubo: str | None) -> None:
    database = 'postgresql+psycopg://clinic:pa"ss\\word\U0001d518@127.0.0.1/clinic'
    choices = Choices(rpc_url="http://127.0.0.1:8545", engine="qbft", database=database, kubo=kubo)
    (tmp_path / "node.toml").write_text(_config(choices))
    found = load_config(tmp_path / "node.toml")
    assert (found.port, found.engine, found.database) == (8600, "qbft", database)
    assert (found.host, found.blobs.kind) == ("127.0.0.1", "kubo" if kubo else "folder")
    assert tomllib.loads(_config(choices))["keystore"] == "operator.json"
    assert json.loads(json.dumps(choices.missing())) == [
        "--name",
        "--capability",
        "--for-profit or --not-for-profit",
        "--deployment",
    ]


def test_password_comes_from_a_file_or_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    assert Password(tmp_path / "key", tmp_path / "password", "--x")() == "secret"
    (tmp_path / "password").write_text("\n")
    with pytest.raises(InvalidField, match="empty"):
        Password(tmp_path / "key", tmp_path / "password", "--x")()
    with pytest.raises(InvalidField, match="--x FILE"):
        Password(tmp_path / "key", None, "--x")()
