"""Manifests: salted leaves, one head, and no version that passes for another."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.edge import manifest
from ledger_node.edge.manifest import Manifest, Records, build, check, load
from ledger_node.edge.manifest.records import _order
from ledger_node.errors import InvalidDocument, ManifestMismatch, NotFound
from ledger_node.proof.hashing import to_hex

digests = st.binary(min_size=32, max_size=32)
records = st.lists(st.tuples(st.text(max_size=20), digests), min_size=1, max_size=40)
CARD = b'{"subject":"thyroid"}'
ATTESTATION = b'{"kind":"TABLE_ROW","subject":"thyroid"}'


def made(subject: str, rows: list[tuple[str, bytes]]) -> Manifest:
    return build(subject, Records.of(rows), hashlib.sha256(CARD).digest(), hashlib.sha256(ATTESTATION).digest())


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


def rows_of(version: Manifest) -> list[tuple[str, bytes, bytes, bytes]]:
    arrays = zip(version.references, version.nonces, version.digests, version.leaves, strict=True)
    return [(name, nonce.tobytes(), digest.tobytes(), leaf.tobytes()) for name, nonce, digest, leaf in arrays]


def same(one: Manifest, other: Manifest) -> bool:
    return (
        (one.subject, one.root, one.key, one.references) == (other.subject, other.root, other.key, other.references)
        and (one.card_digest, one.attestation_digest) == (other.card_digest, other.attestation_digest)
        and bool((one.places == other.places).all())
        and rows_of(one) == rows_of(other)
    )


@given(records)
def test_build_salts_every_row(rows: list[tuple[str, bytes]]) -> None:
    version = made("thyroid", rows)
    listed = rows_of(version)
    assert len(version.key) == 32
    assert {len(nonce) for _, nonce, _, _ in listed} == {16}
    assert len({nonce for _, nonce, _, _ in listed}) == len({leaf for *_, leaf in listed}) == len(rows)
    assert [rows[place - 1] for place in version.places] == [(name, digest) for name, _, digest, _ in listed]
    for _, nonce, digest, leaf in listed:
        assert leaf == hmac.new(version.key, nonce + digest, "sha256").digest()
    leaves = [leaf for *_, leaf in listed]
    assert leaves == sorted(leaves)
    assert version.root == reference_root(leaves)


@given(
    st.lists(st.binary(min_size=32, max_size=32) | st.binary(min_size=23, max_size=23).map(lambda end: bytes(9) + end))
)
def test_leaves_are_ordered_by_all_their_bytes(leaves: list[bytes]) -> None:
    order = _order(np.frombuffer(b"".join(leaves), np.uint8).reshape(-1, 32))
    assert [leaves[at] for at in order] == sorted(leaves)


@given(records)
def test_build_shares_no_leaf_between_versions(rows: list[tuple[str, bytes]]) -> None:
    first, second = made("thyroid", rows), made("thyroid", rows)
    assert not {leaf for *_, leaf in rows_of(first)} & {leaf for *_, leaf in rows_of(second)}
    assert first.root != second.root


@given(records, digests)
def test_another_key_changes_every_leaf(rows: list[tuple[str, bytes]], key: bytes) -> None:
    for _, nonce, digest, leaf in rows_of(made("thyroid", rows)):
        assert manifest.leaf_of(key, nonce, digest) != leaf


def test_write_then_check_gives_the_same_manifest(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    assert same(load(tmp_path / "a"), version)
    assert same(check(tmp_path / "a", "thyroid", version.root), version)
    for name in (manifest.MANIFEST, manifest.KEY):
        assert stat.S_IMODE((tmp_path / "a" / name).stat().st_mode) == 0o600


def test_the_file_is_as_documented(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    table = parquet.read_table(tmp_path / "a" / manifest.MANIFEST)
    assert {name.decode(): value.decode() for name, value in table.schema.metadata.items()} == {
        "format": "medledger-manifest/2",
        "subject": "thyroid",
        "root": to_hex(version.root),
        "cardDigest": to_hex(version.card_digest),
        "attestationDigest": to_hex(version.attestation_digest),
    }
    assert table.schema.names == ["place", "reference", "leaf", "nonce", "digest"]
    key = bytes.fromhex((tmp_path / "a" / manifest.KEY).read_text())
    for row in table.to_pylist():
        assert row["reference"] == f"row-{row['place'] - 1}"
        assert row["leaf"] == hmac.new(key, row["nonce"] + row["digest"], "sha256").digest()


def test_secrets_are_not_in_what_is_printed(tmp_path: Path) -> None:
    version = written(tmp_path / "a")
    for secret in (version.key, *rows_of(version)[0]):
        assert repr(secret) not in repr(version)
    assert "array" not in repr(version)


def changed(folder: Path, change: Callable[[Any], Any]) -> None:
    path = folder / manifest.MANIFEST
    table = change(parquet.read_table(path))
    path.unlink()
    parquet.write_table(table, path)


def column(name: str, change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    def changing(table: Any) -> Any:
        at = table.schema.get_field_index(name)
        values = pa.array(change(table[name].to_pylist()), table.schema.field(at).type)
        return table.set_column(at, table.schema.field(at), values)

    return changing


def said(**words: str) -> Callable[[Any], Any]:
    changes = {name.encode(): value.encode() for name, value in words.items()}
    return lambda table: table.replace_schema_metadata({**table.schema.metadata, **changes})


@pytest.mark.parametrize(
    "change",
    [
        column("nonce", lambda rows: [bytes(16), *rows[1:]]),
        column("digest", lambda rows: [bytes(32), *rows[1:]]),
        column("leaf", lambda rows: [bytes(32), *rows[1:]]),
        lambda table: table.slice(1),
        lambda table: table.take(list(reversed(range(len(table))))),
        lambda table: pa.concat_tables([table, table.slice(0, 1)]),
        lambda table: table.slice(0, 0),
        said(root="0x" + "00" * 32),
        said(subject="another"),
        said(cardDigest="0x" + "00" * 32),
        said(attestationDigest="0x" + "00" * 32),
    ],
)
def test_check_refuses_what_disagrees(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    written(tmp_path / "a")
    changed(tmp_path / "a", change)
    with pytest.raises(ManifestMismatch):
        check(tmp_path / "a")


@pytest.mark.parametrize(
    "change",
    [
        said(format="medledger-manifest/1"),
        lambda table: table.drop_columns(["leaf"]),
        lambda table: table.replace_schema_metadata(None),
        lambda table: table.rename_columns(["place", "name", "leaf", "nonce", "digest"]),
        lambda table: table.set_column(3, "nonce", pa.array([b"x"] * len(table))),
        said(root="00" * 32),
    ],
)
def test_load_refuses_another_form(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    written(tmp_path / "a")
    changed(tmp_path / "a", change)
    with pytest.raises(InvalidDocument):
        load(tmp_path / "a")


@pytest.mark.parametrize("keep", [0, 4, 200, -1])
def test_load_refuses_a_file_that_breaks_off(tmp_path: Path, keep: int) -> None:
    written(tmp_path / "a")
    path = tmp_path / "a" / manifest.MANIFEST
    path.write_bytes(path.read_bytes()[:keep])
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
