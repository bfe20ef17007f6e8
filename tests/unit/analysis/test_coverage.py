"""An LCOV report, judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.analysis import coverage

SOURCE = """contract Ledger {
    function write() external {
        if (_full) revert();
        ++_count;
    }
}
"""
REPORT = """TN:
SF:contracts/Ledger.sol
DA:2,4
FN:2,Ledger.write
FNDA:4,Ledger.write
DA:3,4
BRDA:3,0,0,2
DA:4,2
end_of_record
SF:tests/contracts/Ledger.t.sol
DA:1,0
end_of_record
"""
BARE = REPORT.replace("BRDA:3,0,0,2", "BRDA:3,0,0,-")
REASON = '[[branch]]\nfile = "contracts/Ledger.sol"\ncode = "if (_full) revert();"\npath = "0"\nreason = "never full"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "Ledger.sol").write_text(SOURCE)
    monkeypatch.setattr(coverage, "REASONS", tmp_path / "coverage.toml")
    return tmp_path


def test_all_reached(root: Path) -> None:
    outcome = coverage.judge(REPORT, root)
    assert outcome.met
    assert outcome.record["files"] == {"contracts/Ledger.sol": {"lines": "3/3", "functions": "1/1", "branches": "1/1"}}


@pytest.mark.parametrize(
    ("report", "complaint"),
    [
        (REPORT.replace("DA:4,2", "DA:4,0"), "line never reached: contracts/Ledger.sol:4"),
        (REPORT.replace("FNDA:4", "FNDA:0"), "function never called: contracts/Ledger.sol: Ledger.write"),
        (BARE, "branch 0 never taken"),
        ("", "contracts/Ledger.sol is not in the report"),
    ],
)
def test_what_is_not_reached(root: Path, report: str, complaint: str) -> None:
    outcome = coverage.judge(report, root)
    assert not outcome.met
    assert [said for said in outcome.complaints if complaint in said]


def test_a_reason_for_a_branch_does_not_lower_the_bar(root: Path) -> None:
    (root / "coverage.toml").write_text(REASON)
    rows = {row.what: row for row in coverage.judge(BARE, root).rows}
    assert rows["branches left, with a reason"].met
    assert not rows["branches"].met


def test_a_reason_for_a_branch_that_is_taken_is_a_fault(root: Path) -> None:
    (root / "coverage.toml").write_text(REASON)
    outcome = coverage.judge(REPORT, root)
    assert outcome.complaints == [
        "coverage.toml explains branch 0 of a line of contracts/Ledger.sol that is taken or gone: if (_full) revert();"
    ]
