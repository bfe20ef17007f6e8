"""One hospital of the demo, as a process of its own: `python hospital.py TABLE.csv`.

It reads its own table and speaks JSON, one line a message, on standard input and output. Rows never leave. What leaves:
the names of the columns, a size class, means, weights, and how many held-out rows of each label a model got right.

    {"ask": "describe"}                             → {"columns": […], "sizeClass": "FROM_100"}
    {"ask": "moments"}                              → {"means": […], "squares": […]}, of the training rows
    {"ask": "train", "weights": {…}, "epochs": 5}   → {"coefficients": […], "intercept": x}
    {"ask": "evaluate", "weights": {…}}             → {"correct": n, "total": n, …}, on the held-out rows

The last has `positiveCorrect` and `positiveTotal` beside it, of the malignant rows among them.

`weights` is the document of `federated.Weights`. Every fifth row is held out.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ledger_node.domain.codes import SizeClass

HELD_OUT = 5  # one row of so many
LEARNING_RATE = 0.5
RIDGE = 0.01  # keeps the coefficients small, so that the hospitals' models stay near each other
POSITIVE = "malignant"


class Hospital:
    """A table and what may be asked of it."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        self.columns = header[:-1]
        self.size_class = SizeClass.of(len(rows))
        features = np.array([[float(cell) for cell in row[:-1]] for row in rows])
        labels = np.array([row[-1] == POSITIVE for row in rows], dtype=float)
        held = np.arange(len(rows)) % HELD_OUT == HELD_OUT - 1
        self._train, self._train_labels = features[~held], labels[~held]
        self._test, self._test_labels = features[held], labels[held]

    def describe(self) -> dict[str, Any]:
        return {"columns": self.columns, "sizeClass": self.size_class.name}

    def moments(self) -> dict[str, Any]:
        return {"means": self._train.mean(axis=0).tolist(), "squares": (self._train**2).mean(axis=0).tolist()}

    def train(self, weights: dict[str, Any], epochs: int) -> dict[str, Any]:
        """Full-batch gradient descent on the logistic loss, from the given weights."""
        rows = _scaled(self._train, weights)
        coefficients, intercept = np.array(weights["coefficients"]), float(weights["intercept"])
        for _ in range(epochs):
            error = _probability(rows, coefficients, intercept) - self._train_labels
            coefficients = coefficients - LEARNING_RATE * (rows.T @ error / len(rows) + RIDGE * coefficients)
            intercept -= LEARNING_RATE * float(error.mean())
        return {"coefficients": coefficients.tolist(), "intercept": intercept}

    def evaluate(self, weights: dict[str, Any]) -> dict[str, Any]:
        rows = _scaled(self._test, weights)
        said = _probability(rows, np.array(weights["coefficients"]), float(weights["intercept"])) > 0.5
        positive = self._test_labels > 0.5
        right = said == positive
        return {
            "correct": int(right.sum()),
            "total": len(rows),
            "positiveCorrect": int(right[positive].sum()),
            "positiveTotal": int(positive.sum()),
        }


def _scaled(rows: Any, weights: dict[str, Any]) -> Any:
    return (rows - np.array(weights["means"])) / np.array(weights["scales"])


def _probability(rows: Any, coefficients: Any, intercept: float) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(rows @ coefficients + intercept, -500, 500)))


def main() -> None:
    hospital = Hospital(Path(sys.argv[1]))
    asks: dict[str, Callable[..., dict[str, Any]]] = {
        "describe": hospital.describe,
        "moments": hospital.moments,
        "train": hospital.train,
        "evaluate": hospital.evaluate,
    }
    for line in sys.stdin:
        request = json.loads(line)
        answer = asks[request.pop("ask")](**request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
