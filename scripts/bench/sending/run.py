"""One measured run, of whatever sends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ledger_node.chain.rpc import RpcLedger

PAUSE = 0.1  # seconds between two looks at the chain


@dataclass(frozen=True, slots=True)
class Run:
    """`seconds` from the first write's acceptance to the block of the last, `cpu` seconds of this process meanwhile,
    `void` what did not agree."""

    writes: int
    seconds: float
    cpu: float
    void: str | None = None

    @property
    def rate(self) -> float:
        return self.writes / self.seconds

    @property
    def cpu_each(self) -> float:
        return self.cpu / self.writes


def until_mined(ledger: RpcLedger, first: int, count: int) -> None:
    """Until the blocks after `first` hold so many transactions. An engine may count for a key what no block has yet."""
    seen, mined = first, 0
    while mined < count:
        head = int(ledger.call("eth_blockNumber"), 16)
        numbers = range(seen + 1, head + 1)
        found = ledger.batch([("eth_getBlockTransactionCountByNumber", [hex(number)]) for number in numbers])
        seen, mined = head, mined + sum(int(one, 16) for one in found)
        time.sleep(PAUSE)


def measured(writes: int, act: Callable[[], str | None]) -> Run:
    """`act` returns once everything is mined, with what did not agree."""
    began, cpu = time.perf_counter(), time.process_time()
    void = act()
    return Run(writes, time.perf_counter() - began, time.process_time() - cpu, void)
