"""Seals of a real Clique network: four signers (geth), one more voted in, one voted out, in short epochs.

What the walk says is compared with what each engine says of itself (`clique_getSnapshot`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.errors import EvidenceMalformed
from ledger_node.localnet import clique
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, stop_all
from ledger_node.proof import header
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.header import Header
from ledger_node.proof.report import Result
from ledger_node.proof.sealed import Rule
from ledger_node.proof.sealing import Walk, advanced, check, listed_at, read_header, verify_seals
from ledger_node.proof.validators import Engine, Validators
from tests.engines import engine

pytestmark = [pytest.mark.engines, pytest.mark.slow]

CHAIN_ID = 31_351
EPOCH = 8
NEWCOMER = "0x" + "5e" * 20  # voted in, and never there
TRIES = 3
SETTLED = 3  # blocks below the head, which may still be exchanged


@pytest.fixture(scope="module")
def ledgers() -> Iterator[list[RpcLedger]]:
    """Four signers can block each other for ever when they all sealed at one height before they met: then anew."""
    engine("geth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clique, "EPOCH", EPOCH)
        for _ in range(TRIES):
            with signers() as found:
                if agree(found):
                    yield found
                    return
    pytest.fail("the signers never came to agree")


@contextmanager
def signers() -> Iterator[list[RpcLedger]]:
    handles: list[Handle] = []
    with TemporaryDirectory(prefix="seals-") as folder:
        chain = clique.Clique(Path(folder), Ports(), CHAIN_ID, block_time=1, signers=4)
        chain.make()
        try:
            started = [(name, chain.start(name, handles.append)) for name in chain.names]
            for name, handle in started:
                chain.wait(name, handle)
            yield [RpcLedger(url) for url in chain.urls]
        finally:
            stop_all(handles)


def agree(ledgers: list[RpcLedger]) -> bool:
    """Whether all have met, and go on with one chain."""
    deadline = time.monotonic() + 40
    while min(ledger.head().number for ledger in ledgers) < 2 * EPOCH:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return len({ledger.block(EPOCH) for ledger in ledgers}) == 1


@pytest.fixture(scope="module")
def blocks(ledgers: list[RpcLedger]) -> list[dict[str, Any]]:
    """All blocks from the first one on, the votes and a block of an epoch after them."""
    first = ledgers[0]
    out = first.call("eth_coinbase")
    signers = lambda: set(first.call("clique_getSigners", "latest"))  # noqa: E731
    voted(ledgers[1:], NEWCOMER, True, lambda: NEWCOMER in signers())
    voted(ledgers[1:], out, False, lambda: out not in signers())
    last = first.head().number + EPOCH
    wait_until(lambda: first.head().number >= last + SETTLED)
    return [first.header(number) for number in range(last + 1)]


def voted(ledgers: list[RpcLedger], subject: str, adds: bool, decided: Callable[[], bool]) -> None:
    for ledger in ledgers:
        ledger.call("clique_propose", subject, adds)
    wait_until(decided)
    for ledger in ledgers:
        ledger.call("clique_discard", subject)


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def headers(blocks: list[dict[str, Any]]) -> list[Header]:
    return [header.sealed_from_rpc(block) for block in blocks]


def walked(headers: list[Header]) -> Walk:
    return verify_seals(listed_at(headers[0], Engine.CLIQUE, EPOCH), headers[1:])


def test_walk_says_of_every_block_what_the_engine_says(ledgers: list[RpcLedger], headers: list[Header]) -> None:
    members = []
    for number in range(1, len(headers)):
        walk = walked(headers[: number + 1])
        assert walk.breach is None
        now, told = walk.validators, ledgers[2].call("clique_getSnapshot", hex(number))
        assert {to_hex(member) for member in now.members} == told["signers"].keys()
        assert to_hex(now.at.hash) == told["hash"]
        assert [(to_hex(vote.voter), to_hex(vote.subject), vote.adds) for vote in now.votes] == [
            (vote["signer"], vote["address"], vote["authorize"]) for vote in told["votes"] or []
        ]
        recents = [signer for _, signer in sorted(told["recents"].items(), key=lambda one: int(one[0]))]
        kept = [to_hex(signer) for signer in now.recent]
        assert kept[-len(recents) :] == recents
        members.append(len(now.members))
    assert set(members) == {4, 5}
    assert members[-1] == 4


def test_newest_safe_block_has_a_majority_on_it(headers: list[Header]) -> None:
    walk = walked(headers)
    assert walk.final is not None
    after = {block.proposer for block in walk.blocks if block.header.number >= walk.final.number}
    assert len(after) == walk.validators.majority
    assert walk.final.hash == headers[walk.final.number].hash


def test_rlp_of_the_engine_is_the_header(ledgers: list[RpcLedger], headers: list[Header]) -> None:
    for number, one in enumerate(headers):
        raw = ledgers[3].call("debug_getRawHeader", hex(number))
        assert read_header(raw.encode()) == (one, None)


def test_block_of_an_epoch_begins_a_walk_and_checks_alone(headers: list[Header]) -> None:
    number = (len(headers) - 1) // EPOCH * EPOCH
    start = listed_at(headers[number], Engine.CLIQUE, EPOCH)
    assert verify_seals(start, headers[number + 1 :]).breach is None
    assert all(check(start, one).result is Result.VERIFIED for one in headers[number:])


def test_validators_are_brought_up_page_by_page(headers: list[Header]) -> None:
    """Wherever pages end, votes under way are carried on, and what a trust file then says leads on by itself."""
    first = listed_at(headers[0], Engine.CLIQUE, EPOCH)
    for size in (7, 40, len(headers)):
        pages = [headers[start : start + size] for start in range(1, len(headers), size)]
        known = advanced(first, pages)
        assert known.votes == ()
        assert known.at.number > 0
        assert known.at.hash == headers[known.at.number].hash
        as_told = replace(known, recent=())
        rest = verify_seals(as_told, headers[known.at.number + 1 :])
        assert rest.breach is None
        assert rest.validators.members == walked(headers).validators.members
    with pytest.raises(EvidenceMalformed, match="number"):
        advanced(first, [headers[1:5], headers[6:9]])


def test_other_signers_or_a_gap_are_refused(headers: list[Header]) -> None:
    start = listed_at(headers[0], Engine.CLIQUE, EPOCH)
    fewer = Validators(Engine.CLIQUE, EPOCH, start.mode, start.at, start.members[1:])
    for validators, given in ((fewer, headers[1:]), (start, [*headers[1:5], *headers[6:]])):
        walk = verify_seals(validators, given)
        assert walk.breach is not None
    assert walk.breach.rule is Rule.NUMBER
    newcomer = parse_hex(NEWCOMER, 20)
    assert all(block.proposer != newcomer for block in walked(headers).blocks)
