"""Nonces that nothing has, below those that wait."""

from __future__ import annotations

import logging

from ledger_node.ports import Dispatch, Ledger, Signer

log = logging.getLogger(__name__)

AT_ONCE = 100  # transactions of one request


class Filling:
    """Another's transaction took a nonce of our key, so that ours began behind it; then it fell out with its block and
    is in no pool. Ours would wait for it for ever: a transaction that does nothing takes its place. When the other
    comes back after all, one of the two is mined, and neither is a write of this node's."""

    def __init__(self, ledger: Ledger, dispatch: Dispatch, signer: Signer) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._signer = signer

    def step(self) -> None:
        counted = self._ledger.transaction_count(self._signer.address)
        missing = self._dispatch.missing(counted)[:AT_ONCE]
        if missing:
            log.warning("nonces filled", extra={"nonce": missing[0], "count": len(missing)})
            self._ledger.send_all([self._signer.sign_nothing(nonce).raw for nonce in missing])
