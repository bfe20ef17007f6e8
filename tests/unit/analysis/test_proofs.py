"""halmos's report, read; and what counts as proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.analysis import planted, proofs
from scripts.analysis.proofs import Proof, Verdict

PROOFS = [Proof(contract, "write") for contract in proofs.EVERYWHERE]
PROVED = [Verdict(proof.name, None, "proved", 1) for proof in PROOFS]
REFUTED = [Verdict(proof.name, "a bug", "refuted", 1) for proof in PROOFS]


def report(exitcode: int, bounded: int = 0, valid: bool | None = None) -> dict[str, Any]:
    models = [] if valid is None else [{"is_valid": valid}]
    return {"test_results": {"A.sol:A": [{"exitcode": exitcode, "num_bounded_loops": bounded, "models": models}]}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (report(0), "proved"),
        (report(0, bounded=1), "a loop was cut short"),
        (report(1, valid=True), "refuted"),
        (report(1, valid=False), "refuted by an example that does not hold"),
        (report(2), "solver timed out"),
        (report(4), "every path reverts"),
        (report(99), "exit code 99"),
        ({"test_results": {}}, "halmos ran 0 tests instead of one"),
    ],
)
def test_read(given: dict[str, Any], said: str) -> None:
    assert proofs.read(given) == said


def test_entry_points_are_what_may_write() -> None:
    abi = [
        {"type": "function", "name": "write", "stateMutability": "nonpayable"},
        {"type": "function", "name": "pay", "stateMutability": "payable"},
        {"type": "function", "name": "read", "stateMutability": "view"},
        {"type": "function", "name": "work", "stateMutability": "pure"},
        {"type": "event", "name": "Written"},
    ]
    assert proofs.entry_points(abi) == {"write", "pay"}


def test_judge_all_proved_and_refuted() -> None:
    assert proofs.judge(PROOFS, {"write"}, PROVED + REFUTED).met


@pytest.mark.parametrize(
    ("entries", "verdicts", "complaint"),
    [
        ({"write"}, PROVED, "no bug is planted that BudgetProofs.write must refute"),
        ({"write", "erase"}, PROVED + REFUTED, "no proof of GrantProofs.erase"),
        (
            {"write"},
            [*PROVED[1:], *REFUTED, Verdict(PROOFS[0].name, None, "stuck", 1)],
            "RevocationProofs.write: stuck",
        ),
        ({"write"}, [*PROVED, *REFUTED[1:], Verdict(PROOFS[0].name, "a bug", "proved", 1)], "with 'a bug': proved"),
    ],
)
def test_judge_complains(entries: set[str], verdicts: list[Verdict], complaint: str) -> None:
    outcome = proofs.judge(PROOFS, entries, verdicts)
    assert not outcome.met
    assert [said for said in outcome.complaints if complaint in said]


def test_a_planted_bug_has_one_place() -> None:
    bug = planted.Planted("b", "F.sol", "if (x) revert();", "", ("A.write",))
    assert planted.apply(bug, "a; if (x) revert(); b;") == "a;  b;"
    for text in ("a;", "if (x) revert(); if (x) revert();"):
        with pytest.raises(ValueError, match="must be once"):
            planted.apply(bug, text)


def test_a_planted_bug_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "planted.toml"
    file.write_text('[[planted]]\nbug = "b"\nfile = "F.sol"\nbefore = "x"\nafter = ""\n')
    with pytest.raises(ValueError, match="needs exactly"):
        planted.read(file)


def test_the_planted_bugs_have_their_places() -> None:
    bugs = planted.read(proofs.PLANTED)
    assert bugs
    for bug in bugs:
        planted.apply(bug, (proofs.ROOT / bug.file).read_text())
