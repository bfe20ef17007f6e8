"""Records and their salted leaves, in arrays: one row each, uint8."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from ledger_node.edge.keys import KEY_BYTES, Random

if TYPE_CHECKING:
    from ledger_node.edge.trees.hashing import Bytes
    from ledger_node.edge.trees.tree import Tree

NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Records:
    """`digests` (n, 32) in the order of the source; `references` are local and pseudonymous, one for each or none at
    all: an instance UID or the hospital's own code for the person, never a name."""

    digests: Bytes = field(repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, bytes]]) -> Self:
        """From pairs of a reference and a record digest (32 bytes)."""
        import numpy as np

        listed = list(pairs)
        digests = np.frombuffer(b"".join(digest for _, digest in listed), np.uint8).reshape(-1, 32)
        return cls(digests, tuple(reference for reference, _ in listed))

    def __len__(self) -> int:
        return len(self.digests)


@dataclass(frozen=True)
class Manifest:
    """`digests` and `leaves` are (n, 32), `nonces` (n, 16), `places` (n,) int64: places in the source, from 1.
    `erased` (n,) says of which rows only the leaf is left: everything else of them is zero or empty.

    All are in the order of the leaves' bytes. `root` is the RFC 9162 head over the leaves; the two digests are sha-256
    of the public documents.
    """

    subject: str
    root: bytes
    card_digest: bytes
    attestation_digest: bytes
    leaves: Bytes = field(repr=False)
    nonces: Bytes = field(repr=False)
    digests: Bytes = field(repr=False)
    places: Any = field(repr=False)
    references: tuple[str, ...] = field(repr=False)
    erased: Any = field(repr=False)
    key: bytes = field(repr=False)

    def __len__(self) -> int:
        return len(self.leaves)

    @cached_property
    def tree(self) -> Tree:
        """The tree over the leaves as they stand here."""
        from ledger_node.edge.trees.tree import Tree

        return Tree(self.leaves)


def leaf_of(key: bytes, nonce: bytes, digest: bytes) -> bytes:
    """HMAC-SHA256 of nonce and record digest (32 bytes)."""
    return hmac.digest(key, nonce + digest, hashlib.sha256)


def build(
    subject: str,
    records: Records,
    card_digest: bytes,
    attestation_digest: bytes,
    random: Random = secrets.token_bytes,
) -> Manifest:
    """A manifest under a fresh key and fresh nonces."""
    import numpy as np

    from ledger_node.edge.trees.hashing import salted_leaves
    from ledger_node.edge.trees.tree import Tree

    key = random(KEY_BYTES)
    nonces = np.frombuffer(random(NONCE_BYTES * len(records)), np.uint8).reshape(-1, NONCE_BYTES)
    leaves = salted_leaves(key, nonces, records.digests)
    order = _order(leaves)
    leaves = leaves[order]
    tree = Tree(leaves)
    made = Manifest(
        subject=subject,
        root=tree.root,
        card_digest=card_digest,
        attestation_digest=attestation_digest,
        leaves=leaves,
        nonces=nonces[order],
        digests=records.digests[order],
        places=order + 1,
        references=tuple(records.references[at] for at in order) if records.references else (),
        erased=np.zeros(len(records), bool),
        key=key,
    )
    made.__dict__["tree"] = tree  # it was needed for the root
    return made


def _order(leaves: Bytes) -> Any:
    """The places that sort leaves by their bytes. Their first eight bytes nearly always suffice."""
    import numpy as np

    words = leaves.view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0])
    first = words[order, 0]
    return np.lexsort(words.T[::-1]) if (first[1:] == first[:-1]).any() else order
