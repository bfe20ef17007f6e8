"""The private list of a version's records: one salted leaf for each, and the tree head that goes on chain.

A leaf is `HMAC-SHA256(version key, row nonce ‖ record digest)`: 16 random bytes for each row, 32 for each version. The
leaves are in the order of their own bytes, so that a place in the tree says nothing of a place in the source. Key and
nonces never leave the hospital's folder: without them a leaf says nothing, and two versions share no leaf.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger_node.edge.files import write_file
from ledger_node.errors import InvalidDigest, InvalidDocument, ManifestMismatch, NotFound
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.merkle import leaf_hash, root_of
from ledger_node.proof.strict_json import parse

FORMAT = "medledger-manifest/1"
MANIFEST = "manifest.json"
KEY = "manifest.key"
CARD, ATTESTATION = "card.json", "attestation.json"
NONCE_BYTES = 16
KEY_BYTES = 32
LARGEST = 4 << 30  # bytes of manifest.json that are read at all

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `reference` is local and pseudonymous: an instance UID or a row's number, never a name."""

    reference: str
    nonce: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """`root` is the RFC 9162 head over the leaves; the digests are sha-256 of the two public documents."""

    subject: str
    root: bytes
    card_digest: bytes
    attestation_digest: bytes
    rows: tuple[Row, ...]
    key: bytes = field(repr=False)


def leaf_of(key: bytes, nonce: bytes, digest: bytes) -> bytes:
    """HMAC-SHA256 of nonce and record digest (32 bytes)."""
    return hmac.digest(key, nonce + digest, hashlib.sha256)


def root_of_rows(rows: Iterable[Row]) -> bytes:
    return root_of(leaf_hash(row.leaf) for row in rows)


def build(
    subject: str,
    records: Iterable[tuple[str, bytes]],
    card_digest: bytes,
    attestation_digest: bytes,
    random: Random = secrets.token_bytes,
) -> Manifest:
    """A manifest under a fresh key. `records` are pairs of a local reference and a record digest (32 bytes)."""
    key = random(KEY_BYTES)
    rows = []
    for reference, digest in records:
        nonce = random(NONCE_BYTES)
        rows.append(Row(reference, nonce, digest, leaf_of(key, nonce, digest)))
    rows.sort(key=lambda row: row.leaf)
    return Manifest(subject, root_of_rows(rows), card_digest, attestation_digest, tuple(rows), key)


def write(manifest: Manifest, folder: Path) -> None:
    """Writes `manifest.json` and `manifest.key`, both for the owner's eyes only, into a folder that has neither."""
    document = {
        "format": FORMAT,
        "subject": manifest.subject,
        "root": to_hex(manifest.root),
        "cardDigest": to_hex(manifest.card_digest),
        "attestationDigest": to_hex(manifest.attestation_digest),
        "rows": [
            {
                "reference": row.reference,
                "nonce": to_hex(row.nonce),
                "digest": to_hex(row.digest),
                "leaf": to_hex(row.leaf),
            }
            for row in manifest.rows
        ],
    }
    write_file(folder / KEY, manifest.key.hex().encode() + b"\n")
    write_file(folder / MANIFEST, json.dumps(document, separators=(",", ":"), sort_keys=True).encode())


def load(folder: Path) -> Manifest:
    """The manifest in a folder, its form checked, its arithmetic not (see `check`).

    Raises NotFound when a file is missing, InvalidDocument when one cannot be read.
    """
    document = parse(_read(folder / MANIFEST), LARGEST)
    key = _read(folder / KEY).strip()
    try:
        if not isinstance(document, dict) or document["format"] != FORMAT:
            raise InvalidDocument("not a manifest", got=type(document).__name__, needed=FORMAT)
        manifest = Manifest(
            subject=_text(document["subject"]),
            root=parse_hex(document["root"], 32),
            card_digest=parse_hex(document["cardDigest"], 32),
            attestation_digest=parse_hex(document["attestationDigest"], 32),
            rows=tuple(_row(row) for row in _list(document["rows"])),
            key=parse_hex("0x" + key.decode("ascii"), KEY_BYTES),
        )
    except (KeyError, TypeError, UnicodeDecodeError, InvalidDigest) as failure:
        raise InvalidDocument("the manifest lacks a field", got=type(failure).__name__, needed=FORMAT) from None
    return manifest


def check(folder: Path, subject: str | None = None, root: bytes | None = None) -> Manifest:
    """Recomputes every leaf and the root, and compares the two documents beside it.

    Raises ManifestMismatch when anything disagrees, or when the version belongs to another dataset than
    `subject` or has another head than `root` (what the chain says). NotFound, InvalidDocument as `load`.
    """
    manifest = load(folder)
    if subject is not None and manifest.subject != subject:
        raise ManifestMismatch("the manifest belongs to another dataset", got="another subject", needed=subject)
    if root is not None and manifest.root != root:
        raise ManifestMismatch("the manifest is of another version", got=to_hex(manifest.root), needed=to_hex(root))
    if not manifest.rows:
        raise ManifestMismatch("the manifest has no rows", got="0 rows", needed="at least one")
    for place, row in enumerate(manifest.rows):
        if not hmac.compare_digest(leaf_of(manifest.key, row.nonce, row.digest), row.leaf):
            raise ManifestMismatch(
                "a leaf does not follow from its row", got=f"row {place}", needed="key, nonce, digest"
            )
    if root_of_rows(manifest.rows) != manifest.root:
        raise ManifestMismatch("the root does not follow from the leaves", got=to_hex(manifest.root), needed="RFC 9162")
    for name, needed in ((CARD, manifest.card_digest), (ATTESTATION, manifest.attestation_digest)):
        content = _read(folder / name)
        if hashlib.sha256(content).digest() != needed:
            raise ManifestMismatch(f"{name} is not the one of this version", needed=to_hex(needed))
        document = parse(content, LARGEST)
        if not isinstance(document, dict) or document.get("subject") != manifest.subject:
            raise ManifestMismatch(f"{name} belongs to another dataset", got="another subject", needed=manifest.subject)
    return manifest


def _row(row: Any) -> Row:
    nonce = parse_hex(row["nonce"], NONCE_BYTES)
    return Row(_text(row["reference"]), nonce, parse_hex(row["digest"], 32), parse_hex(row["leaf"], 32))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as failure:
        raise NotFound(f"{path.name} cannot be read", got=type(failure).__name__, needed="a prepared version") from None
