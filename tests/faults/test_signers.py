"""Chain stalls; a network of signers falls in two."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.localnet import network
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.processes import stop_all
from tests.faults.audit import audit, datasets
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import standing
from tests.faults.partition import heads, parted, stalled, until
from tests.signers import MAJORITY, SIGNERS, five_signers

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.engines]
TRIES = 4 if WHOLE else 1


@pytest.fixture(scope="module")
def clique() -> Iterator[Network]:
    with five_signers(31_362) as started:
        yield started


@pytest.fixture(scope="module")
def ledgers(clique: Network) -> list[RpcLedger]:
    return [RpcLedger(url) for url in clique.chain.urls]


def test_three_of_five_signers_cut_off_from_two(clique: Network, ledgers: list[RpcLedger], account: Account) -> None:
    """The hospital's engine is among the two: they seal what they may and stall. Writes queue and reads go on. Joined
    again, the node follows the others' chain, and what fell out with the two's blocks is sent again."""
    member = clique.member("hospital-a")
    here, there = ledgers[: SIGNERS - MAJORITY], ledgers[SIGNERS - MAJORITY :]
    before, taken_back = len(datasets(clique)), 0
    with Load(member, TRIES * 120, seconds=TRIES * 40) as load:
        for _ in range(TRIES):
            time.sleep(4)
            _until_sealed_by_one_of(clique, there)
            told = standing(member)["eventsTakenBack"]
            forked = heads(here)[0]
            with parted(here, there):
                last = max(stalled(here))
                assert last <= forked + MAJORITY  # a signer of these, and one that came while it was cut
                _require_service(member, load)
                until(lambda last=last: min(heads(there)) > last)  # type: ignore[misc]  # they go on, if slowly
                assert max(heads(here)) == last
            _until_agreed(ledgers, last)
            _until_followed(member, last + SIGNERS)
            taken_back += standing(member)["eventsTakenBack"] - told
        load.finish()
    assert load.refused == []
    assert taken_back > 0
    account.write(TRIES, audit(clique, member, load, before=before))


def test_three_of_five_signers_stopped_and_started(clique: Network, ledgers: list[RpcLedger], account: Account) -> None:
    """One of them without a word. The chain stalls and does not fork; it goes on when they are back."""
    member = clique.member("hospital-a")
    away, here = clique.chain.names[-MAJORITY:], ledgers[: SIGNERS - MAJORITY]
    before = len(datasets(clique))
    with Load(member, TRIES * 60, seconds=TRIES * 20) as load:
        for _ in range(TRIES):
            time.sleep(3)
            handles = [clique.handle("chain", name) for name in away]
            os.kill(handles[0].pid, signal.SIGKILL)
            stop_all(handles)
            last = max(stalled(here))
            _require_service(member, load)
            assert max(heads(here)) == last
            for name in away:
                network.start_process(clique, "chain", name)
            _until_agreed(ledgers, last + SIGNERS)
        load.finish()
    assert load.refused == []
    account.write(TRIES, audit(clique, member, load, before=before))


def _until_sealed_by_one_of(clique: Network, there: list[RpcLedger]) -> None:
    """Then the other side has somebody who may seal next: who has sealed one of the last two blocks may not."""
    those = {clique.chain.sealer(name) for name in clique.chain.names[-len(there) :]}
    until(lambda: there[0].call("clique_getSigner", hex(there[0].head().number)) in those)


def _require_service(member: Member, load: Load) -> None:
    """Writes are accepted and wait; reads are answered."""
    accepted = len(load.acknowledged)
    until(lambda: len(load.acknowledged) > accepted)
    assert standing(member)["open"] > 0
    with Client(member.url, member.api_keys["auditor"]) as node:
        assert node.organisations.get(1)["number"] == 1
        assert node.datasets.list(limit=1).items


def _until_agreed(ledgers: list[RpcLedger], number: int) -> None:
    """All have the same block of this number."""
    until(lambda: min(heads(ledgers)) >= number and len({one.block(number) for one in ledgers}) == 1, 90)


def _until_followed(member: Member, number: int) -> None:
    until(lambda: standing(member)["asOfBlock"] >= number)
