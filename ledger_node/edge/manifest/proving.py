"""The proof that one record is in a version: its leaf under the root that is on chain (RFC 9162, 2.1.3)."""

from __future__ import annotations

from pathlib import Path

from ledger_node.edge.manifest.checking import check
from ledger_node.errors import NotFound
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import Json

FORMAT = "medledger-inclusion/1"


def inclusion(folder: Path, reference: str | None, place: int | None) -> dict[str, Json]:
    """For the record that goes by `reference`, or stood at `place` of the source (from 1). Of several the first.

    It holds the nonce and the digest, so that who has the record and the key can make the leaf again; who has neither
    learns nothing of the record. Raises NotFound, and ManifestMismatch when the folder contradicts itself.
    """
    import numpy as np

    manifest = check(folder)
    if reference is not None:
        found = [at for at, name in enumerate(manifest.references) if name == reference]
    else:
        found = [int(at) for at in np.flatnonzero((manifest.places == place) & ~manifest.erased)]
    if not found or reference == "":
        raise NotFound("the version holds no such record", needed="a reference or place that the manifest has")
    at = found[0]
    return {
        "format": FORMAT,
        "subject": manifest.subject,
        "size": len(manifest),
        "root": to_hex(manifest.root),
        "position": at,
        "leaf": to_hex(manifest.leaves[at].tobytes()),
        "nonce": to_hex(manifest.nonces[at].tobytes()),
        "digest": to_hex(manifest.digests[at].tobytes()),
        "proof": [to_hex(step) for step in manifest.tree.inclusion_proof(at)],
    }
