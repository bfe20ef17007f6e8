"""What a node's file may say of checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_node.config import load_config
from ledger_node.errors import ConfigInvalid


def config(folder: Path, words: str) -> Path:
    file = folder / "node.toml"
    file.write_text(f"[checkpoints]\n{words}\n")
    return file


def test_files_count_from_the_folder(tmp_path: Path) -> None:
    peers = 'peers = { "https://node.regulator.example" = "regulator.key", "http://127.0.0.1:8601" = "/keys/b.key" }'
    found = load_config(config(tmp_path, f'every = 0\nca = "ca.pem"\n{peers}')).checkpoints
    assert (found.every, found.sign, found.ca) == (0, True, tmp_path / "ca.pem")
    assert found.peers == {
        "https://node.regulator.example": tmp_path / "regulator.key",
        "http://127.0.0.1:8601": Path("/keys/b.key"),
    }


@pytest.mark.parametrize(
    "words",
    [
        "every = -1",
        "keep = 0",
        "exchange_seconds = 0",
        'peers = { "http://node.regulator.example" = "regulator.key" }',
        'peers = { "node.regulator.example" = "regulator.key" }',
        "often = 1",
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(ConfigInvalid):
        load_config(config(tmp_path, words))
