"""Nonce gap, transaction dropped from the pool, foreign use of the key; the same idempotency key twice; revert on
chain. One node after the other, on one chain."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Input
from ledger_node.domain.codes import Operation, StateReason
from ledger_node.localnet.members import Member
from tests.faults.audit import audit, datasets
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import resume_until_settled, standing
from tests.faults.partition import until
from tests.integration.pair import Pair, terms

pytestmark = [pytest.mark.slow, pytest.mark.faults]
REQUESTS = 360 if WHOLE else 48
SECONDS = REQUESTS / 12


def test_transactions_dropped_from_the_pool(pair: Pair, before: int, account: Account) -> None:
    """The node sends them again, and those behind them wait meanwhile."""
    member, dropped = pair.hospital.member, 0
    with Load(member, REQUESTS, seconds=SECONDS) as load:
        while load.running:
            waiting = _waiting(pair.ledger, member)
            dropped += sum(pair.ledger.call("anvil_dropTransaction", one) is not None for one in waiting[::2])
            time.sleep(0.05)
        load.finish()
    assert load.refused == []
    assert dropped > 0
    account.write(dropped, audit(pair.network, member, load, before=before))


def test_key_used_by_somebody_else(pair: Pair, before: int, account: Account) -> None:
    """An alarm, and nothing more is sent until an operator has looked; what lost its nonce gets another."""
    side, tries = pair.hospital, 5 if WHOLE else 1
    known = standing(side.member)["alarms"]
    with Load(side.member, REQUESTS, seconds=SECONDS) as load:
        for _ in range(tries):
            time.sleep(SECONDS / tries / 2)
            _use_elsewhere(pair)
            until(lambda: standing(side.member)["paused"] == "foreign_transaction")
            side.node.node.resume()
        load.finish()
    resume_until_settled(side.member, load)
    assert standing(side.member)["alarms"] >= known + tries
    assert load.refused == []
    account.write(tries, audit(pair.network, side.member, load, before=before))


def test_foreign_transaction_falls_out_and_leaves_a_gap(pair: Pair, before: int, account: Account) -> None:
    """What was signed behind it would wait for ever."""
    side = pair.hospital
    pair.dataset(side)  # a key that this node never used is not yet watched
    began = pair.ledger.head().number
    _use_elsewhere(pair)
    until(lambda: standing(side.member)["paused"] == "foreign_transaction")
    side.node.node.resume()
    with Load(side.member, REQUESTS, seconds=SECONDS / 2) as load:
        time.sleep(SECONDS / 4)
        pair.ledger.call("anvil_reorg", pair.ledger.head().number - began, [])
        load.finish()
    resume_until_settled(side.member, load)
    assert "nonces filled" in (side.member.folder / "node.log").read_text()
    assert load.refused == []
    account.write(1, audit(pair.network, side.member, load, before=before + 1))


def test_same_idempotency_key_from_many_threads(pair: Pair, before: int, account: Account) -> None:
    member = pair.hospital.member
    with Load(member, REQUESTS) as load, Load(member, REQUESTS, keys=load.keys) as again:
        load.finish()
        again.finish()
    assert (load.refused, again.refused) == ([], [])
    assert load.acknowledged == again.acknowledged
    account.write(REQUESTS, audit(pair.network, member, load, before=before))


def test_consent_revoked_between_check_and_send(pair: Pair, account: Account) -> None:
    """Terminal, with the contract's reason; what was accepted after it goes on."""
    hospital, institute = pair.hospital, pair.institute
    dataset, model = pair.dataset(hospital), pair.model()
    consent = pair.consent(replace(terms(dataset, institute), max_rounds=5))
    run = pair.run(model, Input(dataset, 1, consent, Operation.TRAIN))
    before = len(datasets(pair.network))
    institute.node.node.pause()
    round_ = institute.node.runs.open_round(run, wait=0)
    with Load(institute.member, REQUESTS, seconds=2) as load:
        pair.done(hospital.node.consents.revoke(consent, StateReason.STEWARD_DECISION))
        institute.node.node.resume()
        load.finish()
    verdict = audit(pair.network, institute.member, load, before=before)
    shown = institute.node.submissions.get(round_["id"])
    assert (shown["state"], shown["receiptStatus"]) == ("failed", 0)
    assert shown["outcome"] is not None
    assert (shown["outcome"]["error"], shown["outcome"]["reason"]) == ("ConsentTokenRefused", "REVOKED")
    assert load.refused == []
    account.write(1, verdict)


def _waiting(ledger: RpcLedger, member: Member) -> list[str]:
    """Hashes of what the pool has of its key, by nonce."""
    pool = ledger.call("txpool_content")
    ours = {key.lower(): found for part in pool.values() for key, found in part.items()}
    found = ours.get(member.operator.lower(), {})
    return [str(found[nonce]["hash"]) for nonce in sorted(found, key=int)]


def _use_elsewhere(pair: Pair) -> None:
    """Somebody else's transaction with the hospital's key is mined."""
    key = pair.operator(pair.hospital)
    deadline = time.monotonic() + 60
    while True:
        assert time.monotonic() < deadline
        pair.ledger.call("anvil_dropAllTransactions")  # else the node's own is there first
        signed = key.sign_nothing(pair.ledger.transaction_count(key.address))
        pair.ledger.send_all([signed.raw])
        time.sleep(0.5)
        if pair.ledger.receipt(signed.hash) is not None:
            return
