"""Manifests: salted leaves, one head, and no version that passes for another."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.edge import manifest
from ledger_node.edge.manifest import Manifest, build, check, load
from ledger_node.errors import InvalidDocument, ManifestMismatch, NotFound
from ledger_node.proof.hashing import to_hex

digests = st.binary(min_size=32, max_size=32)
records = st.lists(st.tuples(st.text(max_size=20), digests), min_size=1, max_size=40)
CARD = b'{"subject":"thyroid"}'
ATTESTATION = b'{"kind":"TABLE_ROW","subject":"thyroid"}'


def made(subject: str, rows: list[tuple[str, bytes]]) -> Manifest:
    return build(subject, rows, hashlib.sha256(CARD).digest(), hashlib.sha256(ATTESTATION).digest())


def written(folder: Path, subject: str = "thyroid", count: int = 5) -> Manifest:
    folder.mkdir()
    version = made(subject, [(f"row-{n}", hashlib.sha256(bytes([n])).digest()) for n in range(count)])
    manifest.write(version, folder)
    (folder / "card.json").write_bytes(CARD)
    (folder / "attestation.json").write_bytes(ATTESTATION)
    return version


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


@given(records)
def test_build_salts_every_row(rows: list[tuple[str, bytes]]) -> None:
    version = made("thyroid", rows)
    assert len(version.key) == 32
    assert {len(row.nonce) for row in version.rows} == {16}
    assert len({row.nonce for row in version.rows}) == len({row.leaf for row in version.rows}) == len(rows)
    assert sorted((row.reference, row.digest) for row in version.rows) == sorted(rows)
    for row in version.rows:
        assert row.leaf == hmac.new(version.key, row.nonce + row.digest, "sha256").digest()
    leaves = [row.leaf for row in version.rows]
    assert leaves == sorted(leaves)
    assert version.root == reference_root(leaves)


@given(records)
def test_build_shares_no_leaf_between_versions(rows: list[tuple[str, bytes]]) -> None:
    first, second = made("thyroid", rows), made("thyroid", rows)
    assert not {row.leaf for row in first.rows} & {row.leaf for row in second.rows}
    assert first.root != second.root


@given(records, digests)
def test_another_key_changes_every_leaf(rows: list[tuple[str, bytes]], key: bytes) -> None:
    for row in made("thyroid", rows).rows:
        assert manifest.leaf_of(key, row.nonce, row.digest) != row.leaf


def test_write_then_check_gives_the_same_manifest(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    assert load(tmp_path / "a") == check(tmp_path / "a", "thyroid", version.root) == version
    for name in (manifest.MANIFEST, manifest.KEY):
        assert stat.S_IMODE((tmp_path / "a" / name).stat().st_mode) == 0o600


def test_secrets_are_not_in_what_is_printed(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    for secret in (version.key, version.rows[0].nonce, version.rows[0].digest):
        assert repr(secret) not in repr(version)


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((folder / manifest.MANIFEST).read_bytes())
    change(document)
    (folder / manifest.MANIFEST).write_text(json.dumps(document))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["rows"][0].update(nonce="0x" + "00" * 16),
        lambda d: d["rows"][0].update(digest="0x" + "00" * 32),
        lambda d: d["rows"][0].update(leaf="0x" + "00" * 32),
        lambda d: d["rows"].pop(),
        lambda d: d["rows"].reverse(),
        lambda d: d["rows"].append(d["rows"][0]),
        lambda d: d["rows"].clear(),
        lambda d: d.update(root="0x" + "00" * 32),
        lambda d: d.update(subject="another"),
        lambda d: d.update(cardDigest="0x" + "00" * 32),
        lambda d: d.update(attestationDigest="0x" + "00" * 32),
    ],
)
def test_check_refuses_what_disagrees(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    written(tmp_path / "a")
    changed(tmp_path / "a", change)
    with pytest.raises(ManifestMismatch):
        check(tmp_path / "a")


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format="medledger-manifest/2"),
        lambda d: d.pop("rows"),
        lambda d: d.update(rows={}),
        lambda d: d.update(subject=1),
        lambda d: d["rows"][0].pop("reference"),
        lambda d: d["rows"][0].update(nonce="0x00"),
        lambda d: d["rows"].append("row"),
        lambda d: d.update(root="00" * 32),
        lambda d: d.update(rows=[1.5]),
    ],
)
def test_load_refuses_another_form(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    written(tmp_path / "a")
    changed(tmp_path / "a", change)
    with pytest.raises(InvalidDocument):
        load(tmp_path / "a")


@pytest.mark.parametrize("name", [manifest.MANIFEST, manifest.KEY, "card.json", "attestation.json"])
def test_check_refuses_files_of_another_version(tmp_path: Path, name: str) -> None:
    written(tmp_path / "a")
    written(tmp_path / "b", "breast", 6)
    (tmp_path / "b" / "card.json").write_bytes(b'{"subject":"breast"}')
    (tmp_path / "b" / "attestation.json").write_bytes(b'{"subject":"breast"}')
    shutil.copy(tmp_path / "b" / name, tmp_path / "a" / name)
    with pytest.raises(ManifestMismatch):
        check(tmp_path / "a")


def test_check_refuses_a_card_that_names_another_dataset(tmp_path: Path) -> None:
    written(tmp_path / "a", "breast")
    with pytest.raises(ManifestMismatch):
        check(tmp_path / "a")


def test_check_refuses_another_subject_and_another_root(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    with pytest.raises(ManifestMismatch) as refused:
        check(tmp_path / "a", "breast")
    assert "thyroid" not in str(refused.value)
    with pytest.raises(ManifestMismatch) as refused:
        check(tmp_path / "a", "thyroid", bytes(32))
    assert to_hex(version.root) in str(refused.value)


@pytest.mark.parametrize("name", [manifest.MANIFEST, manifest.KEY, "card.json"])
def test_check_misses_a_file(tmp_path: Path, name: str) -> None:
    written(tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    with pytest.raises(NotFound):
        check(tmp_path / "a")


def test_load_refuses_a_spoilt_key(tmp_path: Path) -> None:
    written(tmp_path / "a")
    (tmp_path / "a" / manifest.KEY).write_bytes(b"\xff\n")
    with pytest.raises(InvalidDocument):
        load(tmp_path / "a")
