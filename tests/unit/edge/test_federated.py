"""The demo's federated training: it learns, the same each time, and no row leaves a hospital."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger_node.domain.codes import SizeClass

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts" / "demo" / "federated"))

from federated import Federation, HospitalProcess, Weights, accuracy
from halves import LABEL, write_halves

from scripts.demo.federated.measuring import measured


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("halves")
    write_halves(folder / "a.csv", folder / "b.csv")
    return folder / "a.csv", folder / "b.csv"


@pytest.fixture(scope="module")
def hospitals(tables: tuple[Path, Path]) -> Iterator[list[HospitalProcess]]:
    with HospitalProcess(tables[0]) as a, HospitalProcess(tables[1]) as b:
        yield [a, b]


def read(path: Path) -> list[tuple[str, ...]]:
    with path.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def trained(hospitals: list[HospitalProcess], rounds: int) -> list[Weights]:
    federation = Federation(hospitals)
    weights = [federation.start()]
    for _ in range(rounds):
        weights.append(federation.round(weights[-1]).aggregate)
    return weights


def test_write_halves_splits_the_table(tables: tuple[Path, Path]) -> None:
    a, b = (read(path) for path in tables)
    assert a[0] == b[0]
    assert a[0][-1] == LABEL
    assert (len(a), len(b)) == (286, 285)
    assert not set(a[1:]) & set(b[1:])
    assert {row[-1] for row in a[1:]} == {"benign", "malignant"}


def test_five_rounds_reach_their_goal(hospitals: list[HospitalProcess]) -> None:
    weights = trained(hospitals, 5)
    scores = [accuracy(Federation(hospitals).evaluate(one)) for one in weights]
    assert scores[0] < 0.7
    assert scores[5] > 0.95


def test_training_is_deterministic(hospitals: list[HospitalProcess]) -> None:
    first, second = trained(hospitals, 3), trained(hospitals, 3)
    assert [one.digest() for one in first] == [one.digest() for one in second]
    assert len({one.digest() for one in first}) == 4


def test_a_round_averages_its_updates(hospitals: list[HospitalProcess]) -> None:
    federation = Federation(hospitals)
    step = federation.round(federation.start())
    assert [update.size_class for update in step.updates] == [SizeClass.FROM_100] * 2
    one, two = (update.weights for update in step.updates)
    assert one.digest() != two.digest()
    assert step.aggregate.intercept == pytest.approx((one.intercept + two.intercept) / 2)


def test_a_weights_file_has_one_form(hospitals: list[HospitalProcess]) -> None:
    weights = trained(hospitals, 1)[-1]
    assert json.loads(weights.content()) == weights.document()
    assert weights.digest() == "0x" + hashlib.sha256(weights.content()).hexdigest()


def test_no_row_leaves_a_hospital(
    hospitals: list[HospitalProcess], tables: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[dict[str, Any]] = []
    ask = HospitalProcess.ask

    def listening(hospital: HospitalProcess, what: str, **arguments: Any) -> dict[str, Any]:
        answers.append(ask(hospital, what, **arguments))
        return answers[-1]

    monkeypatch.setattr(HospitalProcess, "ask", listening)
    federation = Federation(hospitals)
    federation.evaluate(federation.round(federation.start()).aggregate)
    shapes = {tuple(sorted(answer)) for answer in answers}
    assert shapes == {
        ("means", "squares"),
        ("coefficients", "intercept"),
        ("correct", "positiveCorrect", "positiveTotal", "total"),
    }
    assert max(len(value) for answer in answers for value in answer.values() if isinstance(value, list)) == 30
    cells = {float(cell) for path in tables for row in read(path)[1:] for cell in row[:-1]}
    told = {value for answer in answers for values in answer.values() if isinstance(values, list) for value in values}
    assert not told & {cell for cell in cells if cell}


def test_a_hospital_that_goes_away_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        HospitalProcess(tmp_path / "missing.csv")


def test_measures_have_intervals_and_subgroups(hospitals: list[HospitalProcess]) -> None:
    scores = Federation(hospitals).evaluate(trained(hospitals, 2)[-1])
    found = measured(scores, ["A", "B"])
    assert found == measured(scores, ["A", "B"])
    assert found["accuracy"]["value"] == round(accuracy(scores), 4)
    shares = [one["value"] for one in found["accuracy"]["subgroups"]]
    assert shares == [round(score.correct / score.total, 4) for score in scores]
    for metric in found.values():
        for one in (metric, *metric["subgroups"]):
            assert 0 <= one["interval"]["low"] <= one["value"] <= one["interval"]["high"] <= 1
        widths = [one["interval"]["high"] - one["interval"]["low"] for one in (metric, *metric["subgroups"])]
        assert widths[0] < max(widths[1:])
    positives = sum(score.positive_total for score in scores)
    assert found["sensitivity"]["value"] == round(sum(score.positive_correct for score in scores) / positives, 4)
