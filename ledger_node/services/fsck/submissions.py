"""The outbox against the chain's receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledger_node.domain.command import Deployment
from ledger_node.domain.submission import OPEN_STATES, Receipt, SubmissionState
from ledger_node.ports import Audit, Audited, Index, known_generations
from ledger_node.services.fsck.chain import Chain
from ledger_node.services.fsck.findings import Code, Finding

BATCH = 100  # receipts of one request
PATIENCE = 10  # blocks after which an open write with a receipt should have been settled


class SubmissionPart:
    name = "submissions"

    def __init__(self, chain: Chain, index: Index, audit: Audit, deployment: Deployment) -> None:
        self._chain = chain
        self._index = index
        self._audit = audit
        self._deployment = deployment

    def look(self, at: int) -> tuple[int, list[Finding]]:
        kept = self._audit.submissions()
        sent = [one for one in kept if one.hash is not None and one.state != SubmissionState.REPLACED]
        found = [finding for one, receipt in self._receipts(sent) if (finding := self._settled(one, receipt, at))]
        return len(kept), [*found, *self._nonces(kept)]

    def _receipts(self, sent: Sequence[Audited]) -> Iterator[tuple[Audited, Receipt | None]]:
        for first in range(0, len(sent), BATCH):
            some = sent[first : first + BATCH]
            yield from zip(some, self._chain.receipts([str(one.hash) for one in some]), strict=True)

    def _settled(self, one: Audited, receipt: Receipt | None, at: int) -> Finding | None:
        if one.state in OPEN_STATES:
            if receipt is None or receipt.block + PATIENCE > at:
                return None
            return Finding(Code.NOT_SETTLED, one.id, f"mined in block {receipt.block} and still open", repairable=True)
        if receipt is None:
            return Finding(Code.NOT_ON_CHAIN, one.id, f"{one.state}, and the chain has no receipt of it")
        if _told(one) != _seen(receipt):
            return Finding(Code.OUTCOME_DIFFERS, one.id, "block or status are not the receipt's", repairable=True)
        return None

    def _nonces(self, kept: Sequence[Audited]) -> Iterator[Finding]:
        given: dict[str, set[int]] = defaultdict(set)
        for one in kept:
            if one.nonce is not None:
                given[one.signer].add(one.nonce)
        for signer, nonces in given.items():
            counted = self._chain.transaction_count(signer)
            for missing in sorted(set(range(min(nonces), max(nonces))) - nonces):
                if missing < counted:
                    yield Finding(Code.NONCE_FOREIGN, str(missing), "used by a transaction that is not in the outbox")
                else:
                    yield Finding(Code.NONCE_MISSING, str(missing), "later nonces wait for it, and nothing has it")
            for foreign in range(max(nonces) + 1, counted):
                yield Finding(Code.NONCE_FOREIGN, str(foreign), "used by a transaction that is not in the outbox")

    def repair(self, findings: list[Finding], /) -> Iterator[Finding]:
        wanted = {finding.subject: finding for finding in findings}
        for one, receipt in self._receipts([one for one in self._audit.submissions() if one.id in wanted]):
            if receipt is not None and self._audit.settle(one, receipt, self._outcome(receipt)):
                yield replace(wanted[one.id], repaired=True)

    def _outcome(self, receipt: Receipt) -> dict[str, object]:
        return self._chain.outcome(receipt, known_generations(self._index, self._deployment.contracts).listings())


def _told(one: Audited) -> tuple[object, ...]:
    return one.block, one.block_hash, 0 if one.state == SubmissionState.FAILED else 1, one.status


def _seen(receipt: Receipt) -> tuple[object, ...]:
    return receipt.block, receipt.block_hash, receipt.status, receipt.status
