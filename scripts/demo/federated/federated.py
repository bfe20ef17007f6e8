"""The demo's coordinator: federated averaging over hospitals that keep their rows (McMahan and others, 2017).

A hospital counts by its size class, not by its number of rows, which it does not tell. Features are standardised with
means and spreads averaged over the hospitals, so that no row has to leave for that either.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import rfc8785

from ledger_node.domain.codes import SizeClass

FORMAT = "medledger-demo-weights/1"
EPOCHS = 5  # of each hospital in each round


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model over standardised features."""

    columns: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "columns": list(self.columns),
            "means": list(self.means),
            "scales": list(self.scales),
            "coefficients": list(self.coefficients),
            "intercept": self.intercept,
        }

    def content(self) -> bytes:
        """The weights file, in its one form (RFC 8785)."""
        return rfc8785.dumps(self.document())

    def digest(self) -> str:
        """SHA-256 of the weights file, 0x-hex."""
        return "0x" + hashlib.sha256(self.content()).hexdigest()


@dataclass(frozen=True, slots=True)
class Update:
    """What one hospital made of the weights, and its size class."""

    weights: Weights
    size_class: SizeClass


@dataclass(frozen=True, slots=True)
class Round:
    """`updates` are in the order of the hospitals."""

    updates: tuple[Update, ...]
    aggregate: Weights


@dataclass(frozen=True, slots=True)
class Score:
    """How many held-out rows of a hospital a model got right, and of the positive ones among them."""

    correct: int
    total: int
    positive_correct: int
    positive_total: int


class HospitalProcess:
    """A hospital in a process of its own, with its own table. Use as a context manager."""

    def __init__(self, table: Path) -> None:
        program = Path(__file__).with_name("hospital.py")
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(table)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        described = self.ask("describe")
        self.columns: tuple[str, ...] = tuple(described["columns"])
        self.size_class = SizeClass[described["sizeClass"]]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def ask(self, what: str, **arguments: Any) -> dict[str, Any]:
        """Raises RuntimeError when the hospital has gone away."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": what, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError(f"a hospital ended with code {self._process.returncode}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.communicate()


class Federation:
    """Hospitals with tables of the same columns."""

    def __init__(self, hospitals: Sequence[HospitalProcess], epochs: int = EPOCHS) -> None:
        if len({hospital.columns for hospital in hospitals}) != 1:
            raise ValueError("the hospitals' tables have different columns")
        self._hospitals = tuple(hospitals)
        self._epochs = epochs
        shares = [10.0**hospital.size_class for hospital in hospitals]
        self._shares = tuple(share / sum(shares) for share in shares)

    def start(self) -> Weights:
        """The first weights: all zero, over features standardised by the averaged moments."""
        moments = [hospital.ask("moments") for hospital in self._hospitals]
        means = self._average([answer["means"] for answer in moments])
        squares = self._average([answer["squares"] for answer in moments])
        spreads = [math.sqrt(max(square - mean * mean, 0.0)) for mean, square in zip(means, squares, strict=True)]
        columns = self._hospitals[0].columns
        scales = tuple(spread or 1.0 for spread in spreads)
        return Weights(columns, tuple(means), scales, (0.0,) * len(columns), 0.0)

    def round(self, weights: Weights) -> Round:
        """Every hospital trains from the same weights; the aggregate is their mean, weighted by size class."""
        document = weights.document()
        updates = []
        for hospital in self._hospitals:
            answer = hospital.ask("train", weights=document, epochs=self._epochs)
            update = replace(weights, coefficients=tuple(answer["coefficients"]), intercept=answer["intercept"])
            updates.append(Update(update, hospital.size_class))
        aggregate = replace(
            weights,
            coefficients=tuple(self._average([update.weights.coefficients for update in updates])),
            intercept=self._average([[update.weights.intercept] for update in updates])[0],
        )
        return Round(tuple(updates), aggregate)

    def evaluate(self, weights: Weights) -> tuple[Score, ...]:
        """Each hospital's own count of its held-out rows."""
        document = weights.document()
        answers = [hospital.ask("evaluate", weights=document) for hospital in self._hospitals]
        names = ("correct", "total", "positiveCorrect", "positiveTotal")
        return tuple(Score(*(answer[name] for name in names)) for answer in answers)

    def _average(self, vectors: Sequence[Sequence[float]]) -> list[float]:
        return [
            sum(share * value for share, value in zip(self._shares, values, strict=True))
            for values in zip(*vectors, strict=True)
        ]


def accuracy(scores: Sequence[Score]) -> float:
    """The share of all held-out rows that were right."""
    return sum(score.correct for score in scores) / sum(score.total for score in scores)
