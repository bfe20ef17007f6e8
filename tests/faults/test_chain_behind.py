"""More than 5,000 blocks behind; chain reset or wrong chain; a restored old backup."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.cli import keeping
from ledger_node.localnet.anvil import start_anvil
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import Handle, free_port, stop
from tests.faults.audit import audit, settled
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import restart, resume_until_settled, rewrite, standing, until_answers
from tests.faults.partition import until
from tests.faults.proxy import bad_line
from tests.integration.pair import CHAIN_ID, Pair

pytestmark = [pytest.mark.slow, pytest.mark.faults]
REQUESTS = 400 if WHOLE else 40
BEHIND = 12_000 if WHOLE else 6_000  # blocks; Besu gives the logs of at most 5,000 at once


def test_node_far_behind_the_chain(pair: Pair, before: int, account: Account) -> None:
    """It reads what it missed in ranges, and has the same index as one that was there."""
    hospital, institute = pair.hospital, pair.institute
    network, slug = pair.network, hospital.member.plan.slug
    stop(network.nodes[slug])
    with Load(institute.member, REQUESTS, seconds=2) as load:
        pair.ledger.call("anvil_mine", hex(BEHIND // 2))
        load.finish()
    pair.ledger.call("anvil_mine", hex(BEHIND // 2))
    network.nodes[slug] = start_node(hospital.member)
    wait_until_ready(hospital.member, network.nodes[slug])
    verdict = audit(network, institute.member, load, before=before)
    pair.settle()
    assert hospital.node.index.digest()["digest"] == institute.node.index.digest()["digest"]
    assert hospital.node.index.rebuild()["equal"]
    account.write(1, verdict)


@contextmanager
def other_chain(folder: Path) -> Iterator[str]:
    """With the same chain id: it would take the same bytes."""
    handles: list[Handle] = []
    port = free_port()
    try:
        start_anvil(port, CHAIN_ID, 0.2, folder / "other.log", handles.append)
        yield f"http://127.0.0.1:{port}"
    finally:
        for handle in handles:
            stop(handle)


def test_chain_with_another_first_block(pair: Pair, before: int, account: Account, tmp_path: Path) -> None:
    """The engine is away, and another comes back. Nothing is written to it, nothing changes by it; the node refuses to
    start on it, and goes on once its own chain is back."""
    network, member = pair.network, pair.hospital.member
    with other_chain(tmp_path) as other, bad_line(network.rpc_url, 0.0) as (url, line):
        rewrite(member, rpc_url=f'"{url}"')
        restart(network, member)
        with Load(member, REQUESTS, seconds=3) as load:
            time.sleep(1)
            line.away = True
            time.sleep(2)
            line.target, line.away = other, False
            until(lambda: "ML-0602" in standing(member)["failures"].values())
            indexed = standing(member)["asOfBlock"]
            load.finish()
            time.sleep(6)  # until bytes that nobody has seen would be sent again
            assert RpcLedger(other).transaction_count(member.operator) == 0
            assert (standing(member)["asOfBlock"], standing(member)["ready"]) == (indexed, False)
            stop(network.nodes[member.plan.slug])
            refused = start_node(member)
            until(lambda: not refused.running())
            assert "ML-0602" in (member.folder / "node.log").read_text()
    rewrite(member, rpc_url=f'"{network.rpc_url}"')
    network.nodes[member.plan.slug] = start_node(member)
    wait_until_ready(member, network.nodes[member.plan.slug])
    assert load.refused == []
    account.write(1, audit(network, member, load, before=before))


def test_old_backup_restored(pair: Pair, before: int, account: Account, tmp_path: Path) -> None:
    """It was made under load. What was written after it stands on the chain once, whatever is asked again."""
    network, member = pair.network, pair.hospital.member
    known = standing(member)["alarms"]
    with Load(member, REQUESTS, seconds=4) as load:
        time.sleep(2)
        keeping.backup(member.config, tmp_path / "backup")
        load.finish()
    wrote = settled(member, load)
    stop(network.nodes[member.plan.slug])
    for file in member.folder.glob("node.db*"):
        file.unlink()
    keeping.restore(member.config, tmp_path / "backup")
    network.nodes[member.plan.slug] = start_node(member)
    until_answers(member)
    assert standing(member)["paused"] == "foreign_transaction"
    assert standing(member)["alarms"] > known
    with Load(member, REQUESTS, keys=load.keys) as again:
        again.finish()
    resume_until_settled(member, again)
    verdict = audit(network, member, again, before=before, restored=True)
    assert _subjects(settled(member, again)) == _subjects(wrote)
    assert (load.refused, again.refused) == ([], [])
    account.write(1, verdict)


def _subjects(shown: dict[str, dict[str, object]]) -> set[object]:
    return {one["subject"] for one in shown.values()}
