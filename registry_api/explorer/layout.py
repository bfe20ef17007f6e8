"""Where everything stands in the picture of a lineage: pure geometry, in pixels.

Columns go from left to right: dataset versions, consents, runs, model versions; a version stands to the right of its
parents. Every version has a lane (a height) of its own, and so has the line of edges into its run, so that no line ever
crosses a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter

from ledger_node.domain.lineage import Lineage

MARGIN = 28
HEADER, FOOTER = 118, 62  # above and below the boxes: title and column heads, legend
GAP = 76  # between two columns: room for curves
ROW, ROW_GAP = 50, 11  # a dataset version or a consent
LANE, LANE_GAP = 80, 26  # a run or a model version
GUTTER = 30  # to the left of dataset versions: room for curves from those that others were derived from
WIDTHS = (284, 172, 196, 216)  # by column; all further columns are as wide as the last


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Boxes by id (a dataset version's is dataset and number) and the size of the whole picture."""

    dataset_versions: dict[tuple[str, int], Box]
    consents: dict[str, Box]
    runs: dict[str, Box]
    versions: dict[str, Box]
    columns: list[float]
    width: float
    height: float


def plan(lineage: Lineage) -> Plan:
    order, ranks = _ordered_versions(lineage), ranks_of(lineage)
    dataset_versions, consents = _ordered_inputs(lineage)
    columns = _columns(max(ranks.values()), len(consents), derives=bool(derivations_of(lineage)))
    lanes = len(order) * (LANE + LANE_GAP) - LANE_GAP
    rows = [max(len(column), 1) * (ROW + ROW_GAP) - ROW_GAP for column in (dataset_versions, consents)]
    body = max(lanes, *rows)
    tops = [HEADER + (body - height) / 2 for height in (*rows, lanes)]
    runs_at: dict[str, list[float]] = {}
    versions: dict[str, Box] = {}
    for place, (version, run) in enumerate(order):
        y = tops[2] + place * (LANE + LANE_GAP)
        versions[version] = Box(columns[3 + ranks[version]], y, WIDTHS[3], LANE)
        if run is not None:
            runs_at.setdefault(run, []).append(y)
    first = {run: min(ranks[version] for version, of in order if of == run) for run in runs_at}
    runs = {
        run: Box(columns[2 + first[run]], sum(at) / len(at), WIDTHS[min(2 + first[run], 3)], LANE)
        for run, at in runs_at.items()
    }
    return Plan(
        dataset_versions={
            key: Box(columns[0], tops[0] + place * (ROW + ROW_GAP), WIDTHS[0], ROW)
            for place, key in enumerate(dataset_versions)
        },
        consents={
            key: Box(columns[1], tops[1] + place * (ROW + ROW_GAP), WIDTHS[1], ROW)
            for place, key in enumerate(consents)
        },
        runs=runs,
        versions=versions,
        columns=columns,
        width=columns[-1] + WIDTHS[3] + MARGIN,
        height=HEADER + body + FOOTER,
    )


def derivations_of(lineage: Lineage) -> list[tuple[tuple[str, int], tuple[str, int]]]:
    """Pairs of dataset versions: one, and one that was derived from it."""
    return [
        ((parent.dataset, parent.version), (one.dataset, one.number))
        for one in lineage.dataset_versions
        if one.derivation
        for parent in one.derivation.parents
    ]


def ranks_of(lineage: Lineage) -> dict[str, int]:
    """How many generations of parents each version has."""
    parents = {one.id: one.parents for one in lineage.model_versions}
    ranks: dict[str, int] = {}
    for version in TopologicalSorter(parents).static_order():
        if version in parents:  # a parent may lie outside of the lineage
            ranks[version] = 1 + max((ranks[parent] for parent in parents[version] if parent in ranks), default=-1)
    return ranks


def _ordered_versions(lineage: Lineage) -> list[tuple[str, str | None]]:
    """Versions with their runs (an import has none), ancestors first."""
    ranks = ranks_of(lineage)
    found = sorted(lineage.model_versions, key=lambda one: (ranks[one.id], one.published_at, one.at))
    return [(one.id, one.run) for one in found]


def _ordered_inputs(lineage: Lineage) -> tuple[list[tuple[str, int]], list[str]]:
    """Dataset versions by hospital, consents beside the dataset versions that they cover."""
    holder = {dataset.id: lineage.name_of(dataset.custodian) for dataset in lineage.datasets}
    datasets = sorted(
        ((one.dataset, one.number) for one in lineage.dataset_versions),
        key=lambda key: (holder[key[0]].casefold(), key),
    )
    place = {key: n for n, key in enumerate(datasets)}
    beside: dict[str, list[int]] = {consent: [] for consent in lineage.consents_in_use()}
    for dataset, version, consent in covered(lineage):
        beside[consent].append(place.get((dataset, version), 0))
    consents = sorted(beside, key=lambda key: (sum(beside[key]) / max(len(beside[key]), 1), key))
    return datasets, consents


def covered(lineage: Lineage) -> set[tuple[str, int, str]]:
    """Each dataset version that was used, with the consent for it."""
    used = {(item.dataset, item.version, item.consent) for run in lineage.runs for item in run.inputs}
    derivations = [one.derivation for one in lineage.dataset_versions if one.derivation]
    return used | {(p.dataset, p.version, p.consent) for one in derivations for p in one.parents if p.consent}


def _columns(highest_rank: int, consents: int, *, derives: bool) -> list[float]:
    """Left edges. The more consents meet in a run, the more room their curves get."""
    columns = [float(MARGIN + (GUTTER if derives else 0))]
    for number in range(3 + highest_rank):
        fan = min(max(consents - 3, 0) * 8, 130) if number == 1 else 0
        columns.append(columns[-1] + WIDTHS[min(number, 3)] + GAP + fan)
    return columns
