"""The score of the mutants, and the reasons for those that live."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.analysis import mutation
from scripts.analysis.mutants import Mutant
from scripts.analysis.mutation import Result


def mutant(number: int) -> Mutant:
    return Mutant("contracts/A.sol", number, 0, "A.write", "+ to -", 0, 1, "+", "-", f"x = {number} + y;")


def results(killed: int, survived: int, stillborn: int = 0) -> list[Result]:
    fates = ["killed"] * killed + ["survived"] * survived + ["stillborn"] * stillborn
    return [Result(mutant(number), fate, "all", 1) for number, fate in enumerate(fates)]


@pytest.fixture
def reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(mutation, "EQUIVALENT", tmp_path / "equivalent.toml")
    return tmp_path / "equivalent.toml"


def excuse(number: int) -> str:
    return (
        f'[[equivalent]]\nfile = "contracts/A.sol"\nof = "A.write"\ncode = "x = {number} + y;"\n'
        'before = "+"\nafter = "-"\nreason = "y is 0"\n'
    )


def judge(tried: list[Result]) -> dict[str, bool]:
    return {row.what: row.met for row in mutation.judge([result.mutant for result in tried], tried).rows}


@pytest.mark.usefixtures("reasons")
def test_all_killed() -> None:
    tried = results(200, 0, stillborn=5)
    assert mutation.judge([result.mutant for result in tried], tried).met


@pytest.mark.usefixtures("reasons")
def test_those_that_do_not_compile_do_not_count() -> None:
    assert not judge(results(199, 0, stillborn=50))["mutants that compile"]


def test_equivalent_ones_count_as_survivors_in_the_score(reasons: Path) -> None:
    reasons.write_text("".join(excuse(number) for number in range(179, 200)))
    rows = judge(results(179, 21))
    assert rows["survivors"]
    assert not rows["killed"]
    assert judge(results(180, 20))["killed"]


def test_a_survivor_without_a_reason_is_shown(reasons: Path) -> None:
    reasons.write_text(excuse(199))
    tried = results(198, 2)
    outcome = mutation.judge([result.mutant for result in tried], tried)
    assert outcome.complaints == ["survived: contracts/A.sol:198 + to -: x = 198 + y;", "    '+' became '-'"]


@pytest.mark.parametrize(("number", "complaint"), [(500, "no mutant any more"), (3, "a test kills")])
def test_a_reason_that_matches_no_survivor_is_a_fault(reasons: Path, number: int, complaint: str) -> None:
    reasons.write_text(excuse(number))
    tried = results(200, 0)
    outcome = mutation.judge([result.mutant for result in tried], tried)
    assert not outcome.met
    assert complaint in outcome.complaints[0]
