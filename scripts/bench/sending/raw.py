"""What the chain takes: signed in advance, sent in batches by one thread."""

from __future__ import annotations

from ledger_node.chain import abi
from ledger_node.domain.submission import Sent
from scripts.bench.sending.place import Place, registration
from scripts.bench.sending.run import Run, measured, until_mined

BATCH = 100


def run(place: Place, writes: int) -> Run:
    key = place.new_key()
    to, nonce, first = place.deployment.contracts.models, 1, place.ledger.head().number
    signed = [key.sign(to, abi.calldata_of(registration()), nonce + i).raw for i in range(writes)]

    def act() -> str | None:
        for start in range(0, writes, BATCH):
            if set(place.ledger.send_all(signed[start : start + BATCH])) != {Sent.TAKEN}:
                return "the engine refused a transaction"
        until_mined(place.ledger, first, writes)
        return None

    done = measured(writes, act)
    registered = place.registered(key, first)
    if registered == writes or done.void:
        return done
    return Run(writes, done.seconds, done.cpu, f"{writes} sent, {registered} on the chain")
