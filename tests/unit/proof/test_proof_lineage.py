"""What a lineage must be, and each way in which facts are not one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import rfc8785

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import Result, verify
from ledger_node.proof.facts import Contribution, Dataset, Facts, Input, LogEntry, Organisation, Round
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.lineage import problems, require_lineage

from .synthetic import NOW, SUBJECT, Chain, address, bundle_bytes, lineage, tag, without

FACTS = lineage()


def changed(kind: str, position: int, **fields: Any) -> Facts:
    facts = list(getattr(FACTS, kind))
    facts[position] = dataclasses.replace(facts[position], **fields)
    return dataclasses.replace(FACTS, **{kind: tuple(facts)})


def test_problems_finds_none_in_a_lineage() -> None:
    assert problems(FACTS, SUBJECT, NOW) == ()
    require_lineage(FACTS, SUBJECT, NOW)


@pytest.mark.parametrize(
    ("kind", "position"),
    [(kind.name, place) for kind in dataclasses.fields(FACTS) for place in range(len(getattr(FACTS, kind.name)))],
)
def test_problems_finds_what_is_missing(kind: str, position: int) -> None:
    assert any("is named and not there" in found for found in problems(without(FACTS, kind, position), SUBJECT, NOW))


def test_problems_finds_what_is_too_much() -> None:
    stranger = Organisation(9, "Stranger", address("admin 9"), 1, False, 1)
    more = dataclasses.replace(FACTS, organisations=(*FACTS.organisations, stranger))
    assert problems(more, SUBJECT, NOW) == ("organisation 9 is there and not named",)
    elsewhere = dataclasses.replace(FACTS, datasets=(*FACTS.datasets, Dataset(tag("dataset C"), 1, 1, 1)))
    assert problems(elsewhere, SUBJECT, NOW)


def test_problems_wants_the_base_only_when_it_is_a_parent() -> None:
    assert any("is there and not named" in found for found in problems(FACTS, tag("base version"), NOW))
    assert any("is named and not there" in found for found in problems(FACTS, tag("unknown"), NOW))


RUN, ROUND = FACTS.runs[0], FACTS.runs[0].rounds[0]
CONSENT_B = 0
OPEN_RUN = {"outcome": 0, "result_digest": bytes(32), "closed_at": 0}
OPEN_ROUND = Round(NOW - 3350, (Contribution(1, 0, tag("late update"), 0, NOW - 3340),), bytes(32), 0)


def _rounds(**fields: Any) -> dict[str, Any]:
    return {"rounds": (dataclasses.replace(ROUND, **fields), *RUN.rounds[1:])}


def _part(**fields: Any) -> Contribution:
    return dataclasses.replace(ROUND.contributions[0], **fields)


@pytest.mark.parametrize(
    ("kind", "position", "fields"),
    [
        ("organisations", 0, {"capabilities": 2}),
        ("organisations", 2, {"capabilities": 1}),
        ("organisations", 1, {"status": 0}),
        ("datasets", 0, {"lowest_usable": 9}),
        ("datasets", 0, {"latest": 0, "lowest_usable": 0}),
        ("datasets", 0, {"custodian": 2}),
        ("dataset_versions", 0, {"custodian": 2}),
        ("consents", CONSENT_B, {"grantor": 1}),
        ("consents", CONSENT_B, {"rounds_used": 11}),
        ("consents", CONSENT_B, {"rounds_used": 1}),
        ("consents", CONSENT_B, {"issued_at": NOW}),
        ("consents", CONSENT_B, {"log": (LogEntry(3, 0, 2, NOW - 5, 0), LogEntry(2, 0, 5, NOW - 6, NOW))}),
        ("consents", CONSENT_B, {"log": (LogEntry(2, 6, 5, NOW - 8000, NOW),)}),
        ("consents", CONSENT_B, {"grantee": 5}),
        ("consents", CONSENT_B, {"version_from": 2, "version_to": 0}),
        ("consents", CONSENT_B, {"version_from": 0, "version_to": 0, "purposes": 1}),
        ("consents", CONSENT_B, {"operations": 0b01_0011}),
        ("consents", CONSENT_B, {"operations": 0b10_0011}),
        ("consents", CONSENT_B, {"operations": 0b11_0001}),
        ("consents", CONSENT_B, {"project_ref": tag("another project")}),
        ("consents", CONSENT_B, {"not_before": NOW - 3900}),
        ("consents", CONSENT_B, {"expires_at": NOW - 3000}),
        ("consents", CONSENT_B, {"dataset": tag("dataset A")}),
        ("models", 0, {"publisher": 5}),
        ("models", 0, {"latest": 1}),
        ("runs", 1, {"outcome": 2}),
        ("runs", 1, {"outcome": 0, "result_digest": bytes(32), "closed_at": 0}),
        ("runs", 1, {"closed_at": NOW - 6999}),
        ("runs", 0, {"publisher": 5}),
        (
            "runs",
            0,
            {"inputs": (Input(tag("dataset A"), 2, tag("consent B")), Input(tag("dataset B"), 1, tag("consent A")))},
        ),
        ("runs", 0, {"closed_at": NOW - 3500}),
        ("runs", 0, {"rounds": (OPEN_ROUND, *RUN.rounds[1:])}),
        ("runs", 0, {"rounds": (*RUN.rounds, OPEN_ROUND)}),
        ("runs", 0, OPEN_RUN | {"rounds": (OPEN_ROUND,)}),
        ("runs", 0, {"opened_at": NOW - 3899}),
        ("runs", 0, _rounds(contributions=())),
        ("runs", 0, _rounds(contributions=(_part(input=2),))),
        ("runs", 0, _rounds(contributions=(_part(input=0),))),
        ("runs", 0, _rounds(contributions=(_part(), _part()))),
        ("runs", 0, _rounds(contributions=(_part(custodian=1),))),
        ("runs", 0, _rounds(closed_at=NOW - 3000)),
        ("model_versions", 0, {"number": 0}),
        ("model_versions", 0, {"number": 3}),
        ("model_versions", 0, {"publisher": 5}),
        ("model_versions", 0, {"published_at": NOW + 1}),
        ("model_versions", 0, {"published_at": NOW - 2000}),
    ],
)
def test_problems_finds_what_does_not_fit(kind: str, position: int, fields: dict[str, Any]) -> None:
    facts = changed(kind, position, **fields)
    found = problems(facts, SUBJECT, NOW)
    assert found
    assert not [one for one in found if "named" in one], "the case is about rules, not closure"
    with pytest.raises(EvidenceMalformed):
        require_lineage(facts, SUBJECT, NOW)


@pytest.mark.parametrize(
    "fields",
    [
        OPEN_RUN,
        OPEN_RUN | {"rounds": (*RUN.rounds, OPEN_ROUND)},
        OPEN_RUN | {"rounds": (*RUN.rounds, dataclasses.replace(OPEN_ROUND, contributions=()))},
        {"outcome": 2, "result_digest": bytes(32)},
        {"outcome": 2, "rounds": (*RUN.rounds, dataclasses.replace(OPEN_ROUND, contributions=()))},
        {"closed_at": NOW - 2999},
    ],
    ids=["open", "open round", "silent round", "abandoned", "abandoned in a silent round", "closed later"],
)
def test_verify_accepts_a_version_from_a_run_that_goes_on(fields: dict[str, Any]) -> None:
    """A version may be cut between two rounds; the bundle shows the run as it stands at the block."""
    facts = dataclasses.replace(
        changed("runs", 0, **fields),
        consents=tuple(dataclasses.replace(granted, rounds_used=9) for granted in FACTS.consents),
    )
    going = Chain(facts)
    report = verify(bundle_bytes(going), json.dumps(going.trust()).encode())
    assert report.result is Result.VERIFIED


def test_verify_fails_for_a_round_that_is_hidden() -> None:
    """The number of an open run's rounds is proved too."""
    facts = dataclasses.replace(
        changed("runs", 0, **OPEN_RUN, rounds=(*RUN.rounds, OPEN_ROUND)),
        consents=tuple(dataclasses.replace(granted, rounds_used=9) for granted in FACTS.consents),
    )
    going = Chain(facts)
    content = json.loads(bundle_bytes(going))
    next(one for one in content["facts"]["runs"] if one["rounds"])["rounds"].pop()
    report = verify(rfc8785.dumps(content), json.dumps(going.trust()).encode())
    assert {check.name for check in report.checks if not check.passed} == {"facts.run", "proofNodes"}


@pytest.mark.parametrize("operation", [4, 8], ids=["validate", "test"])
def test_problems_finds_a_version_from_a_run_that_trains_nothing(operation: int) -> None:
    facts = dataclasses.replace(
        changed("runs", 0, operation=operation),
        consents=tuple(dataclasses.replace(granted, operations=0b11_1111) for granted in FACTS.consents),
    )
    assert problems(facts, SUBJECT, NOW) == (
        f"modelVersion {to_hex(SUBJECT)} does not fit its model, run, parents or time",
    )


def test_problems_counts_a_shared_consent_once_a_round() -> None:
    shared = (*RUN.inputs, Input(tag("dataset A"), 1, tag("consent A")))
    for rounds_used, fits in ((2, True), (1, False)):
        facts = dataclasses.replace(
            changed("runs", 0, inputs=shared),
            consents=tuple(
                dataclasses.replace(granted, rounds_used=rounds_used) if granted.id == tag("consent A") else granted
                for granted in FACTS.consents
            ),
        )
        assert (problems(facts, SUBJECT, NOW) == ()) is fits


def test_assemble_refuses_facts_that_are_no_lineage(chain: Chain) -> None:
    for facts in (without(FACTS, "runs"), changed("runs", 0, rounds=RUN.rounds[:1])):
        with pytest.raises(Exception, match=r"not there|not on the chain|no proof"):
            bundle_bytes(chain, facts=facts)
