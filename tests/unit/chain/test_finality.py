"""When a block stays: by depth, at inclusion, or by the signers who built on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger_node.chain.finality import AtInclusion, ByDepth, BySigners, finality_of
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import SubmissionState
from ledger_node.errors import ChainAnswerInvalid

SEALED: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors" / "clique.json").read_text())
FIRST, LAST = (int(SEALED[place]["block"]["number"], 16) for place in (0, -1))


class Engine:
    """Five real blocks, of which `signers` are said to take part."""

    def __init__(self, signers: int = 3) -> None:
        self.signers = signers
        self.asked: list[int] = []
        self.blocks = {int(one["block"]["number"], 16): one["block"] for one in SEALED}

    def call(self, method: str, *params: str) -> list[str]:
        assert method == "clique_getSigners"
        return [f"0x{number:040x}" for number in range(self.signers)]

    def block(self, number: int) -> BlockRef | None:
        found = self.blocks.get(number)
        return None if found is None else BlockRef(number, found["hash"], 0)

    def header(self, number: int) -> dict[str, Any]:
        self.asked.append(number)
        return dict(self.blocks[number])


def height(engine: Engine, finality: BySigners | None = None) -> int:
    head = engine.block(LAST)
    assert head is not None
    return (finality or BySigners(engine)).height(head)  # type: ignore[arg-type]


def test_three_signers_make_a_block_safe_after_two_on_top() -> None:
    assert height(Engine()) == LAST - 2


def test_as_many_signers_as_are_needed_are_looked_for() -> None:
    # Five are said to take part, so three distinct ones must have built on a block.
    assert height(Engine(signers=5)) == LAST - 3


def test_too_few_distinct_signers_make_nothing_safe() -> None:
    engine = Engine(signers=7)  # four are needed, and only three ever seal
    engine.blocks[FIRST - 1] = engine.blocks[FIRST]
    with pytest.raises(ChainAnswerInvalid):
        height(engine)


def test_seals_are_recovered_once() -> None:
    engine = Engine()
    finality = BySigners(engine)  # type: ignore[arg-type]
    height(engine, finality)
    asked = list(engine.asked)
    height(engine, finality)
    assert engine.asked == asked


def test_header_of_another_block_is_no_answer() -> None:
    engine = Engine()
    engine.blocks[LAST] = {**engine.blocks[LAST], "hash": engine.blocks[FIRST]["hash"]}
    engine.header = lambda number: dict(SEALED[-1]["block"])  # type: ignore[method-assign]
    with pytest.raises(ChainAnswerInvalid):
        height(engine)


def test_each_engine_has_its_rule() -> None:
    head = BlockRef(100, "0x", 0)
    ledger: Any = Engine()
    assert finality_of("anvil", ledger, 3).height(head) == 97
    assert finality_of("qbft", ledger, 3).height(head) == 100
    states = [finality.state for finality in (ByDepth(1), AtInclusion(), finality_of("clique", ledger, 1))]
    assert states == [SubmissionState.FINAL, SubmissionState.FINAL, SubmissionState.SAFE]
