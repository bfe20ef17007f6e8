"""The digest of a model's files."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from ledger_node.errors import InvalidField
from ledger_node.model_files import digest_of

#: What model-signing 1.1.1 says of `folder`, as the digest of its statement's subject.
REFERENCE = "0xf3330c952e322405c98f6f07baca0ebf47d57615c3e51eed8009772f24fbeb3c"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"a/x": "one\n", "a-b/x": "two\n", "a.txt": "three\n", ".gitignore": "zz\n", ".git/c": "g\n", "empty": ""}
    for name, content in files.items():
        file = tmp_path / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path / "model"


def test_folder_has_the_digest_of_model_signing(folder: Path) -> None:
    assert digest_of(folder) == REFERENCE


def test_file_has_its_sha256(folder: Path) -> None:
    assert digest_of(folder / "a.txt") == "0x" + sha256(b"three\n").hexdigest()


def test_folder_with_what_is_no_file_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to("a.txt")
    with pytest.raises(InvalidField):
        digest_of(folder)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    with pytest.raises(InvalidField):
        digest_of(tmp_path)
