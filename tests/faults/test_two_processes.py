"""Two processes on one database; two databases with one key."""

from __future__ import annotations

import os
import signal
import time

import pytest

from ledger_node.client import Client
from ledger_node.config import load_config
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import start_node
from ledger_node.localnet.processes import Handle, stop
from tests.faults.audit import audit
from tests.faults.conftest import WHOLE, Account
from tests.faults.load import Load
from tests.faults.nodes import resume_until_settled, second_of, standing, until_answers

pytestmark = [pytest.mark.slow, pytest.mark.faults]
REQUESTS = 600 if WHOLE else 80
TAKEOVER = 10.0  # seconds within which a standby writes


def test_writer_paused_while_another_takes_over_and_woken(postgresql_network: Network, account: Account) -> None:
    """Not on SQLite: a process that is paused within a transaction keeps the file locked, and nobody can write."""
    network, first = postgresql_network, postgresql_network.member("hospital-a")
    second, handle = second_of(network, first, database=_database_of(first))
    try:
        assert (standing(first)["role"], standing(second)["role"]) == ("writer", "standby")
        writers = {"first": (first, network.nodes["hospital-a"]), "second": (second, handle)}
        tries, slowest = 0, 0.0
        with Load(first, REQUESTS, seconds=REQUESTS / 8, urls=(second.url, first.url)) as load:
            for paused, other in (("first", "second"), ("second", "first")) * (5 if WHOLE else 1):
                slowest = max(slowest, _take_over(writers[paused], writers[other]))
                tries += 1
            load.finish()
        if WHOLE:  # on a machine that does much else it may be late
            assert slowest <= TAKEOVER
        assert load.refused == []
        account.write(tries, audit(network, first, load))
    finally:
        os.kill(handle.pid, signal.SIGCONT)
        stop(handle)


def test_writer_killed_while_another_stands_by(hospital_network: Network, account: Account) -> None:
    network, first = hospital_network, hospital_network.member("hospital-a")
    second, handle = second_of(network, first, database=_database_of(first))
    try:
        with Load(first, REQUESTS, seconds=10, urls=(second.url,)) as load:
            time.sleep(3)
            os.kill(network.nodes["hospital-a"].pid, signal.SIGKILL)
            took = _until_writer(second)
            load.finish()
        if WHOLE:
            assert took <= TAKEOVER
        account.write(1, audit(network, second, load))
    finally:
        stop(handle)


def test_two_nodes_with_one_key(sqlite_network: Network, account: Account) -> None:
    """It cannot be prevented: an alarm, writes pause, and nothing is lost once an operator has looked."""
    network, first = sqlite_network, sqlite_network.member("hospital-a")
    second, handle = second_of(network, first)
    try:
        with Load(first, REQUESTS, seconds=5) as load, Load(second, REQUESTS, seconds=5) as other:
            load.finish()
            other.finish()
        alarms = _until_alarm(first, second)
        stop(handle)
        resume_until_settled(first, load)
        stop(network.nodes["hospital-a"])
        handle = start_node(second)
        until_answers(second)
        resume_until_settled(second, other)
        verdict = audit(network, second, other, before=REQUESTS)
    finally:
        stop(handle)
    network.nodes["hospital-a"] = start_node(first)
    until_answers(first)
    _resume_until_ready(first)
    audit(network, first, load, before=REQUESTS).require_nothing_lost()
    account.write(alarms, verdict)


def _database_of(member: Member) -> str:
    return f'"{load_config(member.config).database}"'


def _take_over(writer: tuple[Member, Handle], standby: tuple[Member, Handle]) -> float:
    """Seconds until the standby writes while the writer is paused; then that one is woken."""
    time.sleep(2)
    os.kill(writer[1].pid, signal.SIGSTOP)
    try:
        return _until_writer(standby[0])
    finally:
        os.kill(writer[1].pid, signal.SIGCONT)


def _until_writer(member: Member) -> float:
    began = time.monotonic()
    while standing(member)["role"] != "writer":
        assert time.monotonic() - began < 3 * TAKEOVER
        time.sleep(0.1)
    return time.monotonic() - began


def _until_alarm(*members: Member) -> int:
    deadline = time.monotonic() + 60
    while not (alarms := sum(standing(member)["alarms"] for member in members)):
        assert time.monotonic() < deadline, "nobody raised an alarm"
        time.sleep(0.5)
    return alarms


def _resume_until_ready(member: Member) -> None:
    """The other wrote while this one was away, which it sees when it starts."""
    deadline = time.monotonic() + 60
    with Client(member.url, member.api_keys["operator"], timeout=10) as node:
        while not (standing := node.node.status())["ready"]:
            assert time.monotonic() < deadline, standing
            if standing["paused"]:
                node.node.resume()
            time.sleep(0.5)
