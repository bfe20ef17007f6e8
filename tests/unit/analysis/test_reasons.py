"""A written reason speaks for exactly what is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scripts.analysis import reasons

FIELDS = ("check", "where")


def written(folder: Path, text: str) -> Path:
    file = folder / "reasons.toml"
    file.write_text(text)
    return file


def test_read_counts(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        [[finding]]
        check = "a"
        where = "here"
        reason = "it is meant"

        [[finding]]
        check = "b"
        where = "there"
        reason = "it is meant, twice"
        count = 2
        """,
    )
    assert reasons.read(file, "finding", FIELDS) == Counter({("a", "here"): 1, ("b", "there"): 2})


def test_read_without_a_file(tmp_path: Path) -> None:
    assert reasons.read(tmp_path / "none.toml", "finding", FIELDS) == Counter()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('check = "a"\nwhere = "here"', "needs reason"),
        ('check = "a"\nwhere = "here"\nreason = "  "', "needs reason"),
        ('check = "a"\nreason = "r"', "needs where"),
        ('check = "a"\nwhere = "here"\nreason = "r"\nwhy = "r"', "unknown field why"),
    ],
)
def test_read_refuses(tmp_path: Path, entry: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        reasons.read(written(tmp_path, f"[[finding]]\n{entry}"), "finding", FIELDS)


def test_read_refuses_a_second_reason(tmp_path: Path) -> None:
    entry = '[[finding]]\ncheck = "a"\nwhere = "here"\nreason = "r"\n'
    with pytest.raises(ValueError, match="has its reason already"):
        reasons.read(written(tmp_path, entry * 2), "finding", FIELDS)


def test_judge_pairs_one_by_one() -> None:
    judged = reasons.judge(["a", "a", "b"], Counter({"a": 1, "c": 1}))
    assert judged == reasons.Judged(explained=["a"], without=["a", "b"], stale=["c"])
