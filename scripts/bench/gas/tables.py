"""The figures of a run: one line for each write, and what is compared with a goal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from scripts.bench.form import FOLDER, Figure
from scripts.bench.gas import eas, goals
from scripts.bench.gas.chain import HARDFORK, Measured
from scripts.bench.gas.floor import calldata_gas
from scripts.bench.gas.scenario.anchors import LARGE, SMALL
from scripts.bench.gas.scenario.datasets import OF_MANY, OF_ONE

Writes = Mapping[str, Sequence[Measured]]


def figures_of(writes: Writes, sizes: Mapping[str, int]) -> list[Figure]:
    """`sizes` are the bytes of each contract's runtime code, by its name."""
    figures = []
    for measure, runs in writes.items():
        if (goal := goals.overhead_of(measure)) is None:
            continue
        overhead = _lower(f"{measure}: overhead", goal, [run.overhead for run in runs])
        if not all(run.agrees for run in runs):
            overhead.void = "floor, steps and refund do not add up to the gas"
        figures.append(overhead)
        if (most := goals.SLOTS.get(measure)) is not None:
            figures.append(_lower(f"{measure}: fresh slots", most.fresh, [run.touched.fresh for run in runs]))
            figures.append(_lower(f"{measure}: changed slots", most.changed, [run.touched.changed for run in runs]))
    figures += [_share_of_eas(writes, batch) for batch in (OF_MANY, OF_ONE)]
    figures += [_growth(writes, small, large) for small, large in ((SMALL, LARGE), (2 * SMALL, LARGE + SMALL))]
    figures += [_lower(f"{name}: bytes of runtime code", goals.RUNTIME_BYTES, [size]) for name, size in sizes.items()]
    return figures


def _lower(measure: str, goal: float, runs: Sequence[float]) -> Figure:
    return Figure(measure, goal=goal, better="lower", runs=list(runs))


def _share_of_eas(writes: Writes, batch: str) -> Figure:
    """All batches have the same number of entries and are sent in each turn."""
    shares = [ours.gas / theirs.gas for ours, theirs in zip(writes[batch], writes[eas.MEASURE], strict=True)]
    return _lower(f"{batch}: gas, over that of {eas.MEASURE}", goals.SHARE_OF_EAS, shares)


def _growth(writes: Writes, small: int, large: int) -> Figure:
    """How much more gas, calldata apart, the same anchor takes on a long stream."""
    named = [
        next(m for m in writes if m.startswith("anchor") and m.endswith(f"size {size}")) for size in (small, large)
    ]
    apart = [[run.gas - calldata_gas(run.touched) for run in writes[measure]] for measure in named]
    return _lower(
        f"gas of an anchor at size {large} less that at size {small}, calldata apart",
        0,
        [abs(b - a) for a, b in zip(*apart, strict=True)],
    )


def write_details(writes: Writes) -> None:
    """build/bench/gas-writes.json: everything that was counted, for each write the median run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "write": measure,
            "hardfork": HARDFORK,
            "gas": run.gas,
            "floor": run.floor,
            "overhead": round(run.overhead, 4),
            **asdict(run.touched),
            "topics": run.touched.topics,
            "log_bytes": run.touched.log_bytes,
            "gas_of_runs": [each.gas for each in runs],
        }
        for measure, runs in writes.items()
        for run in [middle(runs)]
    ]
    (FOLDER / "gas-writes.json").write_text(json.dumps(lines, indent=2) + "\n")


def print_writes(writes: Writes) -> None:
    """What has room in 80 columns; all of it is in gas-writes.json."""
    table = Table(
        title=f"writes on anvil, hard fork {HARDFORK}: median run",
        caption="slots: fresh, changed, read",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("write")
    for column in ("gas", "floor", "gas/floor", "slots"):
        table.add_column(column, justify="right", no_wrap=True)
    for measure, runs in writes.items():
        run = middle(runs)
        touched, goal = run.touched, goals.overhead_of(measure)
        met = goal is None or run.overhead <= goal
        table.add_row(
            measure,
            f"{run.gas:,}",
            f"{run.floor:,}",
            f"[{'green' if met else 'red'}]{run.overhead:.3f}",
            f"{touched.fresh}, {touched.changed}, {touched.read}",
        )
    Console().print(table)


def print_spent(writes: Writes) -> None:
    """Where the gas above the floor went, by kind of step and by function; only when the steps were traced."""
    traced = {measure: middle(runs) for measure, runs in writes.items() if runs[-1].spent}
    table = Table(title="gas above the floor, by kind of step and by function", title_justify="left", show_lines=True)
    table.add_column("write")
    table.add_column("all", justify="right")
    for column in ("by kind", "by function"):
        table.add_column(column, no_wrap=True)
    for measure, run in traced.items():
        by_kind, by_function = ("\n".join(f"{gas:>6,} {of}" for of, gas in _sums(run, p).most_common()) for p in (1, 0))
        table.add_row(measure, f"{sum(run.spent.values()):,}", by_kind, by_function)
    Console().print(table)


def _sums(run: Measured, part: int) -> Counter[str]:
    """The gas above the floor by function (part 0) or by kind of step (part 1)."""
    sums: Counter[str] = Counter()
    for key, gas in run.spent.items():
        sums[key[part]] += gas
    return sums


def middle(runs: Sequence[Measured]) -> Measured:
    """The run whose gas is the median."""
    return sorted(runs, key=lambda run: run.gas)[len(runs) // 2]
