"""Batches in calldata: which calls are some, and the same call with fewer items."""

from __future__ import annotations

from ledger_node.chain import abi
from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES, Command
from tests.fakes import digest

HEADS = [(digest(n), 128 * n, digest(9)) for n in (1, 2, 3)]


def anchoring(heads: list[tuple[str, int, str]]) -> str:
    return abi.calldata_of(Command("stream.anchor", "anchors", "anchorAll", (heads,)))


def test_batches_are_the_writes_whose_first_argument_is_a_list() -> None:
    found = {
        entry["name"]
        for role in CONTRACT_TYPES
        for entry in artifact_of(role).abi
        if entry["type"] == "function" and entry["inputs"] and abi.type_of(entry["inputs"][0]).endswith("[]")
    }
    assert found == {
        *("publishVersions", "anchorAll", "openRounds", "answerAll"),
        *("suspendAll", "suspendAllByRegulator"),
    }


def test_the_beginning_of_a_batch_is_the_call_with_fewer_items() -> None:
    batch = abi.batch_of(anchoring(HEADS))
    assert batch is not None
    assert len(batch) == 3
    assert [batch.first(count) for count in range(4)] == [anchoring(HEADS[:count]) for count in range(4)]


def test_what_follows_the_list_stays() -> None:
    consents = [digest(1), digest(2)]
    batch = abi.batch_of(abi.calldata_of(Command("", "consents", "suspendAllByRegulator", (consents, 2, 77))))
    assert batch is not None
    one = abi.calldata_of(Command("", "consents", "suspendAllByRegulator", (consents[:1], 2, 77)))
    assert batch.first(1) == one


def test_a_write_of_one_is_no_batch() -> None:
    assert abi.batch_of(abi.calldata_of(Command("", "anchors", "anchor", (HEADS[0],)))) is None
    assert abi.batch_of("0x") is None
