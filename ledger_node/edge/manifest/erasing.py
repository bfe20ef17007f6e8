"""Erasure (GDPR, Art. 17): a record's row goes with its nonce, its leaf stays, and every other proof holds.

What was erased is remembered by receipts (`receipts`), which erase it again when a backup is restored.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ledger_node.edge import receipts
from ledger_node.edge.attestation import Clock, now
from ledger_node.edge.keys import Random
from ledger_node.edge.manifest.file import load, rewrite
from ledger_node.edge.manifest.records import Manifest
from ledger_node.edge.patients import whose
from ledger_node.errors import NotFound
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.strict_json import Json


@dataclass(frozen=True, slots=True)
class Erased:
    """`receipt` lies in the folder, `digest` (0x-hex) is what the chain may hold of it; `rows` is for local eyes."""

    receipt: Path
    digest: str
    rows: int


def erase(
    folder: Path,
    references: Collection[str],
    places: Collection[int] = (),
    *,
    clock: Clock = now,
    random: Random = secrets.token_bytes,
) -> Erased:
    """Erases the records that go by `references`, and those that stood at `places` of the source (from 1), from the
    version in `folder`.

    The receipt is on the disk before anything goes, so that `erase_again` finishes an erasure that was interrupted.
    Raises NotFound when one of them is not there, and as `load`.
    """
    manifest = load(folder)
    leaves = _leaves_of(manifest, set(references), set(places))
    receipt, digest = receipts.write(folder, _about(manifest), leaves, clock, random)
    _apply(folder, manifest, leaves)
    return Erased(receipt, digest, len(leaves))


def erase_again(folder: Path, kept: Path | None = None) -> int:
    """Erases what the receipts name, in the folder or in the folder `kept`, and came back; how many rows.

    Raises NotFound without receipts, InvalidDocument for what is none, ManifestMismatch for those of another version.
    """
    manifest = load(folder)
    return _apply(folder, manifest, receipts.leaves_in(kept or folder / receipts.RECEIPTS, _about(manifest)))


def _about(manifest: Manifest) -> dict[str, Json]:
    return {"subject": manifest.subject, "root": to_hex(manifest.root)}


def _leaves_of(manifest: Manifest, references: set[str], places: set[int]) -> set[bytes]:
    import numpy as np

    by_name = {at: name for at, name in enumerate(manifest.references) if name and name in references}
    by_place = {int(at): int(manifest.places[at]) for at in np.flatnonzero(np.isin(manifest.places, list(places)))}
    missing = len(references - set(by_name.values())) + len(places - (set(by_place.values()) - {0}))
    if missing or not (by_name or by_place):
        raise NotFound(
            "records to be erased are not in this version",
            got=f"{missing} of {len(references) + len(places)}",
            needed="references or places that the manifest has, and that were not erased before",
        )
    return {manifest.leaves[at].tobytes() for at in by_name | by_place}


def _apply(folder: Path, manifest: Manifest, leaves: Collection[bytes]) -> int:
    """Nothing when all of them are gone."""
    import numpy as np

    go = _among(manifest, leaves) & ~manifest.erased
    if not go.any():
        return 0
    kept = ~go
    gone = {manifest.references[at] for at in np.flatnonzero(go)} if manifest.references else set()
    names = tuple("" if gone_ else name for name, gone_ in zip(manifest.references, go, strict=True)) if gone else ()
    rows = replace(
        manifest,
        nonces=manifest.nonces * kept[:, None],
        digests=manifest.digests * kept[:, None],
        places=manifest.places * kept,
        references=names,
        erased=manifest.erased | go,
    )
    whose.forget(folder, gone)
    rewrite(rows, folder)
    return int(go.sum())


def _among(manifest: Manifest, leaves: Iterable[bytes]) -> Any:
    import numpy as np

    wanted = set(leaves)
    return np.fromiter((leaf.tobytes() in wanted for leaf in manifest.leaves), bool, len(manifest))
