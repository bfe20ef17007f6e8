"""`manifest.parquet` and `manifest.key`, each for its owner's eyes only (docs/manifest.md).

The key is a file of its own, so that it can be kept on another medium, and destroyed: then no leaf means anything.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger_node.edge.files import put_over
from ledger_node.edge.keys import read_key, write_key
from ledger_node.edge.manifest.records import NONCE_BYTES, Manifest
from ledger_node.edge.worker import require_packages
from ledger_node.errors import InvalidDigest, InvalidDocument, NotFound
from ledger_node.proof.hashing import parse_hex, to_hex

if TYPE_CHECKING:
    from ledger_node.edge.trees.hashing import Bytes

FORMAT = "medledger-manifest/2"
MANIFEST = "manifest.parquet"
KEY = "manifest.key"
ROW_GROUP = 1 << 17  # rows
_BYTES = {"leaf": 32, "nonce": NONCE_BYTES, "digest": 32}


def write(manifest: Manifest, folder: Path) -> None:
    """Writes both files into a folder that has neither."""
    write_key(folder / KEY, manifest.key)
    _write_rows(manifest, folder / MANIFEST)


def rewrite(manifest: Manifest, folder: Path) -> None:
    """Puts the rows in the place of those in the folder, whose bytes go (`files.put_over`)."""
    partial = folder / f".{MANIFEST}.partial"
    partial.unlink(missing_ok=True)
    _write_rows(manifest, partial)
    put_over(partial, folder / MANIFEST)


def load(folder: Path) -> Manifest:
    """The manifest in a folder, its form checked, its arithmetic not (see `checking`).

    Raises NotFound when a file is missing, InvalidDocument when one cannot be read, ToolMissing without the extra.
    """
    require_packages("numpy", "pyarrow")
    import pyarrow as pa
    import pyarrow.parquet as parquet

    key = read_key(folder / KEY)
    try:
        with (folder / MANIFEST).open("rb") as file:
            table = parquet.read_table(file, use_threads=False).combine_chunks()
    except (pa.ArrowException, ValueError) as failure:
        raise _not_a_manifest(type(failure).__name__) from None
    except OSError as failure:
        if failure.errno is None:  # Arrow's own, for a file that breaks off
            raise _not_a_manifest(type(failure).__name__) from None
        raise _missing(MANIFEST, failure) from None
    said = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
    if (
        said.get("format") != FORMAT
        or not table.schema.equals(_schema())
        or table["leaf"].null_count
        or len({table[name].null_count for name in ("place", "nonce", "digest")}) != 1
    ):
        raise _not_a_manifest("another schema")
    erased = table["nonce"].is_null().to_numpy()
    unnamed = table["reference"].null_count == len(table) and not erased.all()
    references = () if unnamed else tuple(name or "" for name in table["reference"].to_pylist())
    try:
        return Manifest(
            subject=said["subject"],
            root=parse_hex(said["root"], 32),
            card_digest=parse_hex(said["cardDigest"], 32),
            attestation_digest=parse_hex(said["attestationDigest"], 32),
            leaves=_array(table["leaf"], 32),
            nonces=_array(table["nonce"], NONCE_BYTES),
            digests=_array(table["digest"], 32),
            places=table["place"].fill_null(0).to_numpy(),
            references=references,
            erased=erased,
            key=key,
        )
    except (KeyError, InvalidDigest) as failure:
        raise _not_a_manifest(type(failure).__name__) from None


def read(path: Path) -> bytes:
    """A file of the folder. Raises NotFound."""
    try:
        return path.read_bytes()
    except OSError as failure:
        raise _missing(path.name, failure) from None


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("place", pa.int64()),
            pa.field("reference", pa.string()),
            *(pa.field(name, pa.binary(width), nullable=name != "leaf") for name, width in _BYTES.items()),
        ]
    )


def _write_rows(manifest: Manifest, path: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as parquet

    said = {
        "format": FORMAT,
        "subject": manifest.subject,
        "root": to_hex(manifest.root),
        "cardDigest": to_hex(manifest.card_digest),
        "attestationDigest": to_hex(manifest.attestation_digest),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        schema = _schema().with_metadata(said)
        random = {"use_dictionary": False, "write_statistics": False, "compression": "none"}
        with parquet.ParquetWriter(file, schema, store_schema=True, **random) as writer:
            for start in range(0, len(manifest), ROW_GROUP):
                end = min(start + ROW_GROUP, len(manifest))
                gone = manifest.erased[start:end]
                named = [name or None for name in manifest.references[start:end]] or [None] * (end - start)
                columns = [pa.array(manifest.places[start:end], pa.int64(), mask=gone), pa.array(named, pa.string())]
                there = pa.py_buffer(np.packbits(~gone, bitorder="little").tobytes()) if gone.any() else None
                for rows, valid in ((manifest.leaves, None), (manifest.nonces, there), (manifest.digests, there)):
                    content = pa.py_buffer(rows[start:end].tobytes())
                    columns.append(
                        pa.FixedSizeBinaryArray.from_buffers(pa.binary(rows.shape[1]), end - start, [valid, content])
                    )
                writer.write_batch(pa.record_batch(columns, schema=schema), row_group_size=ROW_GROUP)
        file.flush()
        os.fsync(file.fileno())


def _array(column: Any, width: int) -> Bytes:
    import numpy as np

    if not len(column):
        return np.zeros((0, width), np.uint8)
    chunk = column.chunk(0)
    content = np.frombuffer(chunk.buffers()[1], np.uint8)
    return content[chunk.offset * width : (chunk.offset + len(chunk)) * width].reshape(-1, width)


def _not_a_manifest(got: str) -> InvalidDocument:
    return InvalidDocument(f"{MANIFEST} is no manifest", got=got, needed=FORMAT)


def _missing(name: str, failure: OSError) -> NotFound:
    return NotFound(f"{name} cannot be read", got=type(failure).__name__, needed="a prepared version")
