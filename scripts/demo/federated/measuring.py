"""What a model is worth on the rows that no hospital trained on: shares with bootstrap intervals, by subgroup.

Only counts are known here. To draw a hospital's rows again with replacement, and to count those that are right, is to
draw from a binomial distribution: so the bootstrap needs no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scripts.demo.federated.federated import Score

RESAMPLES, LEVEL, SEED = 10_000, 0.95, 20261122
METHOD = f"percentile bootstrap, {RESAMPLES} resamples within each hospital"

#: Of one hospital: how many rows of a kind are right, of how many.
Count = tuple[int, int]


def share(counts: Sequence[Count]) -> dict[str, Any]:
    """The share that is right, over all hospitals, with its interval: a metric's `value` and `interval`."""
    correct, total = (sum(column) for column in zip(*counts, strict=True))
    chance = np.random.default_rng(SEED)
    drawn = sum(chance.binomial(n, right / n, RESAMPLES) for right, n in counts if n)
    low, high = np.quantile(drawn / total, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    interval = {"low": round(float(low), 4), "high": round(float(high), 4), "level": LEVEL, "method": METHOD}
    return {"value": round(correct / total, 4), "interval": interval}


def measured(scores: Sequence[Score], hospitals: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Accuracy (by hospital), sensitivity and specificity, by the names of the hospitals in the order of the scores."""
    kinds: dict[str, list[Count]] = {
        "accuracy": [(one.correct, one.total) for one in scores],
        "sensitivity": [(one.positive_correct, one.positive_total) for one in scores],
        "specificity": [(one.correct - one.positive_correct, one.total - one.positive_total) for one in scores],
    }
    return {
        name: {
            **share(counts),
            "subgroups": [
                {"by": "hospital", "group": hospital, **share([count])}
                for hospital, count in zip(hospitals, counts, strict=True)
            ],
        }
        for name, counts in kinds.items()
    }
