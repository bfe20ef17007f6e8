"""When a block stays, by the engine that made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.position import BlockRef
from ledger_node.domain.submission import SubmissionState
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.proof import clique

#: Headers that are looked at for enough signers: with so many in turn a chain of this depth has them.
MOST_BLOCKS = 128


@dataclass(frozen=True, slots=True)
class ByDepth:
    """A block is final with `depth` on top of it: a rule of thumb, for an engine without consensus (anvil)."""

    depth: int

    @property
    def state(self) -> SubmissionState:
        return SubmissionState.FINAL

    def height(self, head: BlockRef) -> int:
        return head.number - self.depth


class AtInclusion:
    """QBFT: two thirds of the validators have sealed a block before anybody shows it, so the newest one is final."""

    @property
    def state(self) -> SubmissionState:
        return SubmissionState.FINAL

    def height(self, head: BlockRef) -> int:
        return head.number


class BySigners:
    """Clique (EIP-225): a block is safe once floor(n/2)+1 distinct signers have built on it. It stays then as long as
    most signers are honest and connected: nothing in the protocol forbids a longer fork."""

    def __init__(self, ledger: RpcLedger) -> None:
        self._ledger = ledger
        # A header never changes its hash, so what was recovered is so for ever.
        self._recovered: Callable[[str, int], str] = lru_cache(maxsize=4 * MOST_BLOCKS)(self._recover)

    @property
    def state(self) -> SubmissionState:
        return SubmissionState.SAFE

    def height(self, head: BlockRef) -> int:
        needed = len(self._ledger.call("clique_getSigners", hex(head.number))) // 2 + 1
        signers: set[str] = set()
        block: BlockRef | None = head
        for number in range(head.number, max(0, head.number - MOST_BLOCKS), -1):
            if block is None:
                raise ChainAnswerInvalid("the chain does not know a block below its head", got=f"block {number}")
            signers.add(self._recovered(block.hash, number))
            if len(signers) >= needed:
                return number - 1
            block = self._ledger.block(number - 1)
        return -1

    def _recover(self, block_hash: str, number: int) -> str:
        found = self._ledger.header(number)
        if found["hash"] != block_hash:
            raise ChainAnswerInvalid("the chain turned while it was read", needed="another step")
        return clique.signer_of(found)


def finality_of(engine: str, ledger: RpcLedger, depth: int) -> ByDepth | AtInclusion | BySigners:
    """`engine` and `depth` as the node's configuration has them."""
    if engine == "clique":
        return BySigners(ledger)
    return AtInclusion() if engine == "qbft" else ByDepth(depth)
