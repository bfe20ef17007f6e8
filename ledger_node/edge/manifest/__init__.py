"""The private list of a version's records: one salted leaf for each, and the tree head that goes on chain.

records   leaves, nonces, keys, the tree: arithmetic
file      `manifest.parquet` and `manifest.key` in the hospital's folder (docs/manifest.md)
checking  whether a folder's files still belong together

A leaf is `HMAC-SHA256(version key, row nonce ‖ record digest)`: 16 random bytes for each row, 32 for each version. The
leaves are in the order of their own bytes, so that a place in the tree says nothing of a place in the source. Key and
nonces never leave the hospital's folder: without them a leaf says nothing, and two versions share no leaf.
"""

from ledger_node.edge.manifest.checking import check
from ledger_node.edge.manifest.file import KEY, MANIFEST, load, write
from ledger_node.edge.manifest.records import Manifest, Records, build, leaf_of

__all__ = ["KEY", "MANIFEST", "Manifest", "Records", "build", "check", "leaf_of", "load", "write"]
