"""A generated table: ten columns as a registry of ultrasound findings might have them."""

from __future__ import annotations

from pathlib import Path

from ledger_node.edge.tables.policy import Policy

POLICY = Policy(
    label="finding", categories=frozenset({"sex", "site"}), quasi_identifiers=frozenset({"sex", "age", "site"})
)
CHUNK = 100_000


def write(path: Path, rows: int) -> None:
    """A Parquet file of so many rows, the same each time; one value in fifty is missing."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as parquet

    random = np.random.default_rng(9162)
    writer = None
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        columns = {
            "age": random.normal(57, 17, n).clip(18, 99).astype(np.int16),
            "sex": random.choice(["F", "M", "X"], n, p=[0.52, 0.479, 0.001]),
            "site": random.choice([f"S{at:02}" for at in range(18)], n),
            "diameter": random.lognormal(2.3, 0.6, n).round(1),
            "volume": random.lognormal(6, 1.1, n).round(2),
            "stiffness": random.gamma(2.5, 12, n),
            "echogenicity": random.integers(0, 4, n),
            "margins": random.integers(0, 5, n),
            "score": random.beta(2, 5, n),
            "finding": random.choice(["benign", "malignant", "unclear"], n, p=[0.8, 0.15, 0.05]),
        }
        missing = random.random(n) < 0.02
        arrays = {
            name: pa.array(values, mask=missing if name in ("diameter", "stiffness") else None)
            for name, values in columns.items()
        }
        batch = pa.table(arrays)
        writer = writer or parquet.ParquetWriter(path, batch.schema)
        writer.write_table(batch)
    assert writer is not None
    writer.close()
