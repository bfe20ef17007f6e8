"""Proofs that are asked for together: each word once, and each question gets its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.proof import dump, words_needed
from ledger_node.proof.hashing import to_hex
from ledger_node.services import proving
from ledger_node.services.proving import Proofs
from tests.unit.proof.story import lineage
from tests.unit.proof.synthetic import ADDRESSES, Chain


class Ledger:
    """Answers from a chain in memory, and remembers its requests."""

    def __init__(self) -> None:
        self.chain = Chain(lineage())
        self.requests: list[list[tuple[str, Sequence[str]]]] = []
        self.short = 0  # words that it leaves out

    def header(self, number: int) -> dict[str, Any]:
        return self.chain.block

    def proofs(self, questions: Sequence[tuple[str, Sequence[str]]], number: int) -> list[dict[str, Any]]:
        self.requests.append(list(questions))
        names = {to_hex(address): name for name, address in vars_of(ADDRESSES).items()}
        return [self.chain.proof(names[address], slots[self.short :]) for address, slots in questions]


def vars_of(contracts: Any) -> dict[str, bytes]:
    return {name: getattr(contracts, name) for name in contracts.__slots__}


def wanted() -> dict[str, list[str]]:
    return {to_hex(getattr(ADDRESSES, name)): slots for name, slots in words_needed(lineage()).items()}


def test_bundle_from_proofs_of_several_questions_is_that_of_its_own_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "SLOTS_AT_ONCE", 7)
    ledger, slots = Ledger(), wanted()
    some = {address: words[:2] for address, words in slots.items()}
    proofs = Proofs(ledger, 4711, [some, slots, slots])  # type: ignore[arg-type]
    alone = Ledger().chain.bundle()
    assert dump(ledger.chain.bundle(proofs=proofs.of(slots))) == dump(alone)
    assert [len(one["storageProof"]) for one in proofs.of(some)] == [2] * len(some)
    asked = [(address, slot) for request in ledger.requests for address, words in request for slot in words]
    assert len(asked) == len(set(asked)) == sum(map(len, slots.values()))
    assert max(len(words) for request in ledger.requests for _, words in request) == 7
    assert max(map(len, ledger.requests)) == proving.QUESTIONS_AT_ONCE


def test_answer_with_fewer_words_is_refused() -> None:
    ledger = Ledger()
    ledger.short = 1
    with pytest.raises(ChainAnswerInvalid):
        Proofs(ledger, 4711, [wanted()])  # type: ignore[arg-type]
