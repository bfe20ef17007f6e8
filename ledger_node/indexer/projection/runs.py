"""Runs, their rounds, and what hospitals answered."""

from __future__ import annotations

from ledger_node.domain.codes import Refusal
from ledger_node.domain.word import NOTHING
from ledger_node.indexer.projection.fact import Args, Fact, Projection, scope


def _run_opened(a: Args) -> list[Fact]:
    o = a["opening"]
    run = {
        "id": a["run"],
        "publisher": a["publisher"],
        "opened_at": a["openedAt"],
        "model": o["model"],
        **scope(o["scope"]),
        "card_digest": o["cardDigest"],
        "code_digest": o["codeDigest"],
        "container_digest": o["containerDigest"],
    }
    inputs: list[Fact] = [
        ("run_input", {"run": a["run"], "position": position, **item}) for position, item in enumerate(a["inputs"])
    ]
    return [("run", run), *inputs]


def _round_opened(a: Args) -> list[Fact]:
    opened = {"run": a["run"], "number": a["round"], "epsilon": a["epsilon"], "opened_at": a["openedAt"]}
    return [("round", opened)]


def _contribution_recorded(a: Args) -> list[Fact]:
    return _answer(a, a["updateDigest"], int(Refusal.NONE))


def _contribution_refused(a: Args) -> list[Fact]:
    return _answer(a, NOTHING, a["refusal"])


def _answer(a: Args, update_digest: str, refusal: int) -> list[Fact]:
    answer = {
        "run": a["run"],
        "round": a["round"],
        "input": a["input"],
        "custodian": a["custodian"],
        "update_digest": update_digest,
        "refusal": refusal,
        "consent_state": a["consentState"],
        "answered_at": a["at"],
    }
    return [("answer", answer)]


def _round_closed(a: Args) -> list[Fact]:
    closing = {
        "run": a["run"],
        "round": a["round"],
        "aggregate_digest": a["aggregateDigest"],
        "contributions": a["contributions"],
        "refusals": a["refusals"],
        "closed_at": a["closedAt"],
    }
    return [("round_closing", closing)]


def _run_closed(a: Args) -> list[Fact]:
    closing = {
        "run": a["run"],
        "outcome": a["outcome"],
        "result_digest": a["resultDigest"],
        "closed_at": a["closedAt"],
    }
    return [("run_closing", closing)]


PROJECTIONS: dict[str, Projection] = {
    "RunOpened": _run_opened,
    "RoundOpened": _round_opened,
    "ContributionRecorded": _contribution_recorded,
    "ContributionRefused": _contribution_refused,
    "RoundClosed": _round_closed,
    "RunClosed": _run_closed,
}
