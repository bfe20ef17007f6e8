"""The equality: acknowledged requests = events on the chain + decoded refusals, and events = indexed rows."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.config import load_deployment
from ledger_node.domain.command import Generations
from ledger_node.errors import MedLedgerError
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from tests.faults.load import Load

DONE = ("final", "safe", "failed")
STEP = 2_000  # blocks of one question for logs


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lost` are acknowledged requests without effect or refusal; `duplicated` are effects beyond one for each."""

    requests: int
    lost: int
    duplicated: int

    def require_nothing_lost(self) -> None:
        assert (self.lost, self.duplicated) == (0, 0), self


def settled(member: Member, load: Load, seconds: float = 120) -> dict[str, dict[str, object]]:
    """Every acknowledged submission, once it is beyond change."""
    found: dict[str, dict[str, object]] = {}
    deadline = time.monotonic() + seconds
    with Client(member.url, member.api_keys["steward"], timeout=10) as node:
        while missing := [one for one in load.acknowledged.values() if one not in found]:
            assert time.monotonic() < deadline, f"{len(missing)} of {len(load.acknowledged)} are not settled"
            for submission in missing:
                try:
                    shown = node.submissions.get(submission)
                except MedLedgerError:
                    break
                if shown["state"] not in DONE:
                    break
                found[submission] = dict(shown)
            else:
                continue
            time.sleep(0.2)
    return found


def audit(
    network: Network,
    member: Member,
    load: Load,
    url: str | None = None,
    *,
    before: int = 0,
    restored: bool = False,
) -> Verdict:
    """Reads the chain by itself, and lets the node make its index again. `before` datasets were there already.
    `restored`: a request may be refused because its effect is there already, by what the node has forgotten."""
    shown = settled(member, load).values()
    made = Counter(datasets(network, url))
    subjects = {str(one["subject"]) for one in shown}
    refused = [one for one in shown if one["state"] == "failed" and one["outcome"]]
    lost = [one for one in shown if one not in refused and one["subject"] not in made]
    strange = made.total() - before - sum(made[subject] for subject in subjects)
    repeated = sum(max(0, made[subject] - 1) for subject in subjects)
    both = 0 if restored else sum(one["subject"] in made for one in refused)
    with Client(member.url, member.api_keys["operator"], timeout=120) as node:
        rebuilt = node.index.rebuild()
        counts = node.index.digest()["counts"]
    assert rebuilt["equal"]
    assert counts["dataset"] == made.total() == len(made)
    return Verdict(len(shown), len(lost), strange + repeated + both)


def datasets(network: Network, url: str | None = None) -> list[str]:
    """All on the chain, as often as they were registered."""
    ledger = RpcLedger(url or network.rpc_url)
    listings = Generations(load_deployment(network.folder / "deployment.json").contracts).listings()
    head = ledger.head().number
    return [
        str(event.args["dataset"])
        for first in range(0, head + 1, STEP)
        for event in ledger.events(listings, first, min(first + STEP - 1, head))
        if event.name == "DatasetRegistered"
    ]
