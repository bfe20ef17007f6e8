"""The straight way, in plain Python: a JSON text for each row, `hmac`, and a tree by a loop over hashlib."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path


def prepare(table: Path) -> bytes:
    """The head over all rows of a Parquet table, each row's leaf salted."""
    import pyarrow.parquet as parquet

    columns = parquet.read_table(table).to_pydict()
    key = secrets.token_bytes(32)
    leaves = []
    for row in zip(*columns.values(), strict=True):
        content = json.dumps(dict(zip(columns, row, strict=True)), sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(content).digest()
        leaves.append(hmac.new(key, secrets.token_bytes(16) + digest, hashlib.sha256).digest())
    leaves.sort()
    return tree(leaves)


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162's head, level by level."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        above = [hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]
