"""Two tables for the demo: the Wisconsin breast-cancer table that scikit-learn carries, half of the rows each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

LABEL = "diagnosis"


def write_halves(out_a: Path, out_b: Path) -> None:
    """Writes two CSV files: the even rows of the table to the first hospital, the odd ones to the second."""
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer()
    header = [*(str(name) for name in table.feature_names), LABEL]
    rows = [
        [*(repr(float(value)) for value in features), str(table.target_names[label])]
        for features, label in zip(table.data, table.target, strict=True)
    ]
    _write(out_a, header, rows[0::2])
    _write(out_b, header, rows[1::2])


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
