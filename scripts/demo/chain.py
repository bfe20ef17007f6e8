"""The ledger itself, asked directly: how many events there are, and what a transaction came to."""

from __future__ import annotations

from typing import Any

import httpx2


class Chain:
    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, method: str, *params: Any) -> Any:
        answer = httpx2.post(
            self._url, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, timeout=30
        )
        return answer.json()["result"]

    def head(self) -> int:
        return int(self.call("eth_blockNumber"), 16)

    def events(self, addresses: list[str]) -> int:
        """All logs of the contracts, from the first block to the newest."""
        return len(self.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": addresses}))

    def transactions(self) -> int:
        """All transactions in all blocks."""
        return sum(int(self.call("eth_getBlockTransactionCountByNumber", hex(n)), 16) for n in range(self.head() + 1))

    def receipt_status(self, transaction: str) -> int:
        return int(self.call("eth_getTransactionReceipt", transaction)["status"], 16)
