"""Waiting on a chain that exchanges its newest blocks."""

from __future__ import annotations

from typing import cast

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import Receipt
from ledger_node.localnet import settling


class Moving:
    """Grows by a block at each look. The transaction is in block 3, falls out when block 4 comes, and is in 6 again;
    the contract is there from block 6 on."""

    def __init__(self) -> None:
        self.number = 2

    def head(self) -> BlockRef:
        self.number += 1
        return BlockRef(self.number, "0x", 0)

    def receipt(self, transaction: str) -> Receipt | None:
        if 4 <= self.number < 6:
            return None
        return Receipt(transaction, 3 if self.number < 4 else 6, "0x", 1, 21_000)

    def call(self, method: str, *params: str) -> str:
        assert method == "eth_getCode"
        return "0x60" if int(params[1], 16) >= 6 else "0x"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling.time, "sleep", lambda seconds: None)


def test_transaction_is_waited_for_where_it_comes_to_be() -> None:
    chain = Moving()
    settling.settle(cast(RpcLedger, chain), ["0x1"], 3)
    assert chain.number == 9


def test_chain_of_one_is_not_waited_for() -> None:
    chain = Moving()
    settling.settle(cast(RpcLedger, chain), ["0x1"], 0)
    assert chain.number == 2


def test_creation_is_found_in_the_first_block_that_has_the_code() -> None:
    chain = Moving()
    assert settling.settled_creation(cast(RpcLedger, chain), "0x", 1, 2) == 6
    assert chain.number == 8
