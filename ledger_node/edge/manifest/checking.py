"""Whether the files of a version's folder still belong together, everything computed again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ledger_node.edge.manifest.file import load, read
from ledger_node.edge.manifest.records import Manifest
from ledger_node.errors import ManifestMismatch
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import parse

CARD, ATTESTATION = "card.json", "attestation.json"
LARGEST = 1 << 20  # bytes of a public document that are read at all


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
    if not len(manifest):
        raise ManifestMismatch("the manifest has no rows", got="0 rows", needed="at least one")
    _require_leaves(manifest)
    if manifest.tree.root != manifest.root:
        raise ManifestMismatch("the root does not follow from the leaves", got=to_hex(manifest.root), needed="RFC 9162")
    for name, needed in ((CARD, manifest.card_digest), (ATTESTATION, manifest.attestation_digest)):
        content = read(folder / name)
        if hashlib.sha256(content).digest() != needed:
            raise ManifestMismatch(f"{name} is not the one of this version", needed=to_hex(needed))
        document = parse(content, LARGEST)
        if not isinstance(document, dict) or document.get("subject") != manifest.subject:
            raise ManifestMismatch(f"{name} belongs to another dataset", got="another subject", needed=manifest.subject)
    return manifest


def _require_leaves(manifest: Manifest) -> None:
    from ledger_node.edge.trees.hashing import salted_leaves

    made = salted_leaves(manifest.key, manifest.nonces, manifest.digests)
    wrong = (made != manifest.leaves).any(axis=1) & ~manifest.erased
    if wrong.any():
        raise ManifestMismatch(
            "a leaf does not follow from its row", got=f"row {int(wrong.argmax())}", needed="key, nonce, digest"
        )
