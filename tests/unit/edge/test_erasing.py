"""Erasure: the row goes for good, the tree stays, and a restored backup does not bring it back."""

from __future__ import annotations

import hmac
import shutil
from pathlib import Path

import pytest

from ledger_node.edge import manifest
from ledger_node.edge.files import write_file
from ledger_node.edge.manifest import erasing, proving
from ledger_node.edge.manifest.checking import check
from ledger_node.edge.patients import whose
from ledger_node.edge.receipts import RECEIPTS
from ledger_node.errors import InvalidDocument, ManifestMismatch, NotFound
from ledger_node.proof.hashing import parse_hex, sha256, to_hex
from ledger_node.proof.merkle import leaf_hash, verify_inclusion
from tests.unit.edge.test_manifest import written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "v1")
    names = [name for name in manifest.load(tmp_path / "v1").references if name]
    write_file(tmp_path / "v1" / whose.NAME, whose.content((name, f"p-{name}") for name in sorted(names)))
    return tmp_path / "v1"


def first(folder: Path) -> str:
    return sorted(manifest.load(folder).references)[0]


def test_row_goes_and_leaf_and_root_stay(folder: Path) -> None:
    before, gone = manifest.load(folder), first(folder)
    at = before.references.index(gone)
    nonce, digest = before.nonces[at].tobytes(), before.digests[at].tobytes()
    made = erasing.erase(folder, [gone])
    after = check(folder, before.subject, before.root)
    assert (made.rows, int(after.erased.sum())) == (1, 1)
    assert (after.leaves == before.leaves).all()
    assert gone not in after.references
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert nonce not in content
    assert digest not in content
    assert gone.encode() not in content


def test_every_other_record_is_proved_as_before(folder: Path) -> None:
    before, gone = manifest.load(folder), first(folder)
    erasing.erase(folder, [gone])
    for at, name in enumerate(before.references):
        if name == gone:
            with pytest.raises(NotFound):
                proving.inclusion(folder, name, None)
            continue
        proof = proving.inclusion(folder, name, None)
        salted = parse_hex(str(proof["nonce"]), 16) + parse_hex(str(proof["digest"]), 32)
        leaf = hmac.digest(before.key, salted, "sha256")
        assert to_hex(leaf) == proof["leaf"]
        path = [parse_hex(str(step), 32) for step in proof["proof"]]  # type: ignore[union-attr]
        assert verify_inclusion(leaf_hash(leaf), at, len(before), path, before.root)


def test_restored_backup_is_erased_again(folder: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(folder, backup)
    gone = first(folder)
    made = erasing.erase(folder, [gone])
    assert erasing.erase_again(folder) == 0
    assert gone in manifest.load(backup).references
    with pytest.raises(NotFound):
        erasing.erase_again(backup)
    assert erasing.erase_again(backup, made.receipt.parent) == 1
    assert gone not in manifest.load(backup).references
    assert gone not in whose.load(backup)


def test_killed_after_the_receipt_it_is_finished_later(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = first(folder)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "rewrite", killed)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(folder, [gone])
    assert gone in manifest.load(folder).references
    assert erasing.erase_again(folder) == 1
    assert gone not in manifest.load(folder).references


def test_receipt_names_no_record_and_its_digest_cannot_be_guessed(folder: Path) -> None:
    gone = first(folder)
    made = erasing.erase(folder, [gone])
    content = made.receipt.read_bytes()
    assert to_hex(sha256(content)) == made.digest
    assert gone.encode() not in content
    assert b'"salt":"0x' in content
    assert made.receipt.stat().st_mode & 0o777 == 0o600


def test_by_place_and_by_patient(folder: Path) -> None:
    before = manifest.load(folder)
    name = first(folder)
    place = int(before.places[before.references.index(name)])
    other = sorted(before.references)[1]
    assert whose.records_of(folder, [f"p-{other}"]) == {other}
    erasing.erase(folder, whose.records_of(folder, [f"p-{other}"]), [place])
    assert set(before.references) - set(manifest.load(folder).references) == {name, other}
    with pytest.raises(NotFound):
        whose.records_of(folder, [f"p-{other}"])


def test_what_is_not_there_erases_nothing(folder: Path) -> None:
    before = (folder / manifest.MANIFEST).read_bytes()
    for references, places in (
        ({"nobody"}, ()),
        ({first(folder), "nobody"}, ()),
        ((), (10_000,)),
        ((), ()),
        ({""}, ()),
    ):
        with pytest.raises(NotFound):
            erasing.erase(folder, references, places)
    assert (folder / manifest.MANIFEST).read_bytes() == before
    assert not (folder / RECEIPTS).exists()


def test_receipts_of_another_version_and_what_is_none(folder: Path, tmp_path: Path) -> None:
    written(tmp_path / "v2")
    erasing.erase(tmp_path / "v2", [first(tmp_path / "v2")])
    with pytest.raises(ManifestMismatch):
        erasing.erase_again(folder, tmp_path / "v2" / RECEIPTS)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.json").write_text("{}")
    with pytest.raises(InvalidDocument):
        erasing.erase_again(folder, tmp_path / "none")
