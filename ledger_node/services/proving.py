"""Proofs for several questions as of one block, asked together: each storage word once, many in one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import Ledger

SLOTS_AT_ONCE = 256  # storage words asked for in one eth_getProof
QUESTIONS_AT_ONCE = 4  # of one request: an engine bounds how long its answer to a batch may be

#: The storage slots to prove (0x-hex of 32 bytes), by the contract's address.
Slots = Mapping[str, Sequence[str]]


class Proofs:
    """The header of a block, and what eth_getProof answers there for all the slots that are wanted.

    EvidenceUnavailable when the engine does not serve the block, ChainAnswerInvalid when it answers with less.
    """

    def __init__(self, ledger: Ledger, number: int, wanted: Iterable[Slots]) -> None:
        together: dict[str, set[str]] = {}
        for slots in wanted:
            for address, some in slots.items():
                together.setdefault(address, set()).update(some)
        questions = [
            (address, slots[start : start + SLOTS_AT_ONCE])
            for address, slots in sorted((address, sorted(some)) for address, some in together.items())
            for start in range(0, len(slots), SLOTS_AT_ONCE)
        ]
        self.header = ledger.header(number)
        self._accounts: dict[str, Any] = {}
        self._words: dict[tuple[str, str], Any] = {}
        for start in range(0, len(questions), QUESTIONS_AT_ONCE):
            some_questions = questions[start : start + QUESTIONS_AT_ONCE]
            for question, answer in zip(some_questions, ledger.proofs(some_questions, number), strict=True):
                self._keep(*question, answer)

    def of(self, slots: Slots) -> list[dict[str, Any]]:
        """For each contract what eth_getProof would have answered for these slots alone."""
        return [
            {
                "accountProof": self._accounts[address],
                "storageProof": [self._words[address, slot] for slot in some],
            }
            for address, some in slots.items()
        ]

    def _keep(self, address: str, slots: Sequence[str], answer: Mapping[str, Any]) -> None:
        words = answer.get("storageProof")
        if not isinstance(words, list) or len(words) != len(slots):
            raise ChainAnswerInvalid("eth_getProof's answer has other words than were asked for")
        self._accounts[address] = answer.get("accountProof")
        self._words.update(zip(((address, slot) for slot in slots), words, strict=True))
