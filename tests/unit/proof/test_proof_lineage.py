"""What a lineage must be, and each way in which facts are not one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import rfc8785

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import Facts, Result, verify
from ledger_node.proof.facts import (
    NONE,
    Answer,
    Dataset,
    Derivation,
    Input,
    LogEntry,
    Organisation,
    Parent,
    Recall,
    Round,
    Scope,
)
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.lineage import problems, require_lineage
from ledger_node.proof.subject import MODEL_VERSION, Subject

from .story import ABOUT, ANY_SCOPE, NOW, SCOPE, SUBJECT, address, digest, lineage, tag
from .synthetic import Chain, bundle_bytes, changed, found, without

FACTS = lineage()
RUN = found(FACTS, "runs", tag("run"))
ROUND = RUN.rounds[0]
A, B, C, D = (tag(f"consent {name}") for name in "ABCD")
OLD_A = tag("consent old A")
DAY = 86_400


def edited(kind: str, key: Any, **fields: Any) -> Facts:
    return changed(FACTS, kind, key, **fields)


def test_problems_finds_none_in_a_lineage() -> None:
    assert problems(FACTS, ABOUT, NOW) == ()
    require_lineage(FACTS, ABOUT, NOW)


@pytest.mark.parametrize(
    ("kind", "position"),
    [
        (kind.name, place)
        for kind in dataclasses.fields(FACTS)
        if kind.name != "recalls"
        for place in range(len(getattr(FACTS, kind.name)))
    ],
)
def test_problems_finds_what_is_missing(kind: str, position: int) -> None:
    assert any("is named and not there" in one for one in problems(without(FACTS, kind, position), ABOUT, NOW))


def test_problems_finds_what_is_too_much() -> None:
    stranger = Organisation(9, "Stranger", address("admin 9"), 1, False, 1, 0)
    more = dataclasses.replace(FACTS, organisations=(*FACTS.organisations, stranger))
    assert problems(more, ABOUT, NOW) == ("organisation 9 is there and not named",)
    elsewhere = dataclasses.replace(FACTS, datasets=(*FACTS.datasets, Dataset(tag("dataset Z"), 1, 2, 1, 1)))
    assert len(problems(elsewhere, ABOUT, NOW)) == 1
    other = Recall(tag("elsewhere"), tag("other version"), 5, 0, tag("notice"), NONE, NOW, 0, ())
    recalled = dataclasses.replace(FACTS, recalls=(*FACTS.recalls, other))
    assert len(problems(recalled, ABOUT, NOW)) == 1


def test_problems_wants_the_base_only_when_it_is_a_parent() -> None:
    base, unknown = Subject(MODEL_VERSION, tag("base version")), Subject(MODEL_VERSION, tag("unknown"))
    assert any("is there and not named" in one for one in problems(FACTS, base, NOW))
    assert any("is named and not there" in one for one in problems(FACTS, unknown, NOW))


def base_alone() -> Facts:
    """The base's own lineage does without the consent that came later, and without the derived dataset."""
    return dataclasses.replace(
        FACTS,
        organisations=tuple(one for one in FACTS.organisations if one.number in (1, 2, 3, 5)),
        datasets=tuple(one for one in FACTS.datasets if one.custodian == 1),
        dataset_versions=tuple(one for one in FACTS.dataset_versions if one.custodian == 1 and one.number == 1),
        consents=tuple(one for one in FACTS.consents if one.id == OLD_A),
        runs=tuple(one for one in FACTS.runs if one.id == tag("base run")),
        model_versions=tuple(one for one in FACTS.model_versions if one.id != SUBJECT),
        recalls=tuple(one for one in FACTS.recalls if one.version != SUBJECT),
    )


def test_problems_follows_supersession_and_derivation() -> None:
    assert problems(base_alone(), Subject(MODEL_VERSION, tag("base version")), NOW) == ()


def test_problems_wants_a_consent_of_each_input() -> None:
    """Also of one that names none by its id of zeros, as no run on chain does."""
    base = dataclasses.replace(base_alone(), consents=())
    free = dataclasses.replace(base.runs[0].inputs[0], consent=NONE)
    runs = (dataclasses.replace(base.runs[0], inputs=(free,)),)
    found = problems(dataclasses.replace(base, runs=runs), Subject(MODEL_VERSION, tag("base version")), NOW)
    assert f"consent {to_hex(NONE)} is named and not there" in found


def test_problems_of_an_import_alone_is_about_its_publisher() -> None:
    alone = Facts(
        organisations=(found(FACTS, "organisations", 3),),
        datasets=(),
        dataset_versions=(),
        consents=(),
        models=FACTS.models,
        runs=(),
        model_versions=(found(FACTS, "model_versions", tag("import")),),
        recalls=(),
    )
    assert problems(alone, Subject(MODEL_VERSION, tag("import")), NOW) == ()


OPEN_RUN = {"outcome": 0, "result_digest": NONE, "closed_at": 0}
OPEN_ROUND = Round(0, NOW - 3350, (Answer(0, 1, tag("late update"), 0, 0, NOW - 3340),), NONE, 0)
SILENT_ROUND = dataclasses.replace(OPEN_ROUND, answers=())


def _rounds(**fields: Any) -> dict[str, Any]:
    return {"rounds": (dataclasses.replace(ROUND, **fields), *RUN.rounds[1:])}


def _answers(**fields: Any) -> dict[str, Any]:
    return _rounds(answers=(dataclasses.replace(ROUND.answers[0], **fields), *ROUND.answers[1:]))


def _inputs(position: int, **fields: Any) -> dict[str, Any]:
    inputs = list(RUN.inputs)
    inputs[position] = dataclasses.replace(inputs[position], **fields)
    return {"inputs": tuple(inputs)}


def _log(*entries: tuple[int, int, int, int, int]) -> dict[str, Any]:
    return {"log": tuple(LogEntry(*entry) for entry in entries)}


CASES: list[tuple[str, Any, dict[str, Any]]] = [
    ("organisations", 1, {"capabilities": 2}),
    ("organisations", 3, {"capabilities": 1}),
    ("organisations", 2, {"voted": 0}),
    ("organisations", 2, {"voted": 4}),
    ("datasets", tag("dataset A"), {"lowest_usable": 9}),
    ("datasets", tag("dataset A"), {"lowest_usable": 0}),
    ("datasets", tag("dataset A"), {"latest": 0, "lowest_usable": 0}),
    ("datasets", tag("dataset A"), {"latest": 1}),
    ("datasets", tag("dataset A"), {"custodian": 2}),
    ("datasets", tag("dataset A"), {"number": 0}),
    ("datasets", tag("dataset A"), {"number": 7}),
    ("datasets", tag("dataset C"), {"lowest_usable": 1}),
    ("dataset_versions", (tag("dataset A"), 1), {"custodian": 2}),
    ("dataset_versions", (tag("dataset A"), 1), {"root": NONE}),
    ("dataset_versions", (tag("dataset A"), 1), {"attestation_digest": NONE}),
    ("dataset_versions", (tag("dataset A"), 1), {"options": 1 << 13}),
    ("dataset_versions", (tag("dataset A"), 1), {"supersession": 1}),
    ("dataset_versions", (tag("dataset A"), 2), {"supersession": 0}),
    ("dataset_versions", (tag("dataset A"), 1), {"opt_out_checked_at": NOW - 8999}),
    ("dataset_versions", (tag("dataset A"), 1), {"published_at": NOW - 8800}),
    ("dataset_versions", (tag("dataset A"), 2), {"published_at": NOW - 3999}),
    ("dataset_versions", (tag("dataset A"), 2), {"published_at": NOW + 1}),
    ("dataset_versions", (tag("dataset A"), 2), {"epsilon_spent": 149}),
    ("dataset_versions", (tag("dataset C"), 1), {"derivation": Derivation(ANY_SCOPE, ())}),
    ("dataset_versions", (tag("dataset C"), 1), {"published_at": NOW - 8600}),
    ("dataset_versions", (tag("dataset B"), 1), {"options": 0}),
    ("dataset_versions", (tag("dataset B"), 1), {"options": 1}),
    ("dataset_versions", (tag("dataset B"), 1), {"options": 0b100_0011}),
    ("consents", B, {"grantor": 1}),
    ("consents", B, {"grantee": 5}),
    ("consents", B, {"issued_at": NOW}),
    ("consents", B, {"issued_at": NOW - 3999, "log": ()}),
    ("consents", B, {"version_from": 2, "version_to": 0}),
    ("consents", B, {"version_from": 0}),
    ("consents", D, {"version_from": 2, "version_to": 2}),
    ("consents", A, {"version_to": 1}),
    ("consents", A, {"version_from": 3, "version_to": 2}),
    ("consents", B, {"purposes": 1}),
    ("consents", B, {"purposes": 0}),
    ("consents", B, {"purposes": 1 << 15 | 0b1000_0011}),
    ("consents", B, {"purposes": 0b1001_0011}),
    ("consents", C, {"permission": 4}),
    ("consents", C, {"permission": 3}),
    ("consents", C, {"condition": 7254}),
    ("consents", B, {"condition": 7255}),
    ("consents", B, {"operations": 0b111_0110}),
    ("consents", B, {"operations": 0b110_0111}),
    ("consents", B, {"operations": 0b101_0111}),
    ("consents", B, {"operations": 0b011_0111}),
    ("consents", C, {"operations": 0b001_0100}),
    ("consents", D, {"operations": 0b0000_1000}),
    ("consents", D, {"operations": 0}),
    ("consents", B, {"modifiers": 1 << 18}),
    ("consents", B, {"modifiers": 1 << 1}),
    ("consents", B, {"modifiers": 1 << 3}),
    ("consents", B, {"modifiers": 1 << 6}),
    ("consents", B, {"modifiers": 1 << 7}),
    ("consents", B, {"modifiers": 1 << 11}),
    ("consents", B, {"modifiers": 1 << 16}),
    ("consents", B, {"modifiers": 1 << 17}),
    ("consents", D, {"modifiers": 1 << 15, "purposes": 0b1001_0001, "permission": 1}),
    ("consents", B, {"regions": 1 << 9}),
    ("consents", A, {"regions": 1 << 5}),
    ("consents", A, {"regions": 0}),
    ("consents", B, {"deidentification": 0b1_0000_0000_0000}),
    ("consents", B, {"deidentification": 0b0_0000_0000_0100}),
    ("consents", B, {"deidentification": 1 << 13}),
    ("consents", B, {"not_before": NOW - 3900}),
    ("consents", B, {"expires_at": NOW - 3000}),
    ("consents", B, {"expires_at": NOW + 3650 * DAY}),
    ("consents", B, {"expires_at": NOW - 8600}),
    ("consents", B, {"policy_digest": NONE}),
    ("consents", B, {"project_ref": tag("another project")}),
    ("consents", A, {"project_ref": tag("another project")}),
    ("consents", B, {"dataset": tag("dataset A")}),
    ("consents", B, {"rounds_used": 2}),
    ("consents", B, {"rounds_used": 11}),
    ("consents", B, {"epsilon_spent": 149}),
    ("consents", B, {"epsilon_spent": 1001}),
    ("consents", A, {"rounds_used": 4}),
    ("consents", A, {"epsilon_spent": 649}),
    ("consents", A, {"supersedes": B}),
    ("consents", A, {"issued_at": NOW - 5999}),
    ("consents", OLD_A, _log((4, 2, 1, NOW - 6000, 0))),
    ("consents", OLD_A, _log((4, 5, 0, NOW - 6000, 0))),
    ("consents", OLD_A, _log((2, 6, 5, NOW - 6500, NOW - 5000), (4, 5, 1, NOW - 6000, 0))),
    ("consents", OLD_A, _log()),
    ("consents", OLD_A, {"grantee": 4}),
    ("consents", C, {"supersedes": OLD_A}),
    ("consents", C, _log((1, 0, 4, NOW - 5, 0))),
    ("consents", C, _log((0, 0, 4, NOW - 6, 0), (0, 0, 4, NOW - 5, 0))),
    ("consents", C, _log((0, 0, 1, NOW - 5, 0))),
    ("consents", C, _log((0, 0, 4, NOW - 5, NOW))),
    ("consents", C, _log((0, 0, 4, NOW + 5, 0))),
    ("consents", C, _log((2, 0, 4, NOW - 5, NOW))),
    ("consents", C, _log((2, 0, 0, NOW - 5, NOW))),
    ("consents", C, _log((2, 0, 5, NOW - 5, 0))),
    ("consents", C, _log((2, 0, 5, NOW - 5, NOW - 5))),
    ("consents", C, _log((2, 0, 5, NOW - 5, NOW + 30 * DAY))),
    ("consents", C, _log((2, 0, 5, NOW - 5, NOW), (2, 0, 5, NOW - 4, NOW))),
    ("consents", C, _log((3, 0, 5, NOW - 5, NOW))),
    ("consents", C, _log((3, 0, 0, NOW - 5, 0))),
    ("consents", C, _log((4, 0, 5, NOW - 5, 0))),
    ("consents", C, _log((4, 0, 4, NOW - 5, NOW))),
    ("consents", C, _log((4, 0, 4, NOW - 5, 0), (4, 0, 4, NOW - 4, 0))),
    ("consents", C, _log((5, 0, 4, NOW - 5, 0))),
    ("consents", C, _log((4, 0, 4, NOW - 5, 0), (0, 0, 4, NOW - 6, 0))),
    ("consents", C, _log((3, 0, 0, NOW - 3910, NOW))),
    ("consents", D, _log((0, 0, 1, NOW - 8400, 0), (1, 0, 1, NOW - 8200, 0))),
    ("models", tag("model"), {"publisher": 5}),
    ("models", tag("model"), {"latest": 2}),
    ("runs", tag("base run"), {"outcome": 2, "result_digest": NONE}),
    ("runs", tag("base run"), OPEN_RUN),
    ("runs", tag("base run"), {"closed_at": NOW - 6999}),
    ("runs", tag("base run"), {"result_digest": NONE}),
    ("runs", tag("base run"), {"closed_at": 0}),
    ("runs", tag("base run"), {"publisher": 5}),
    ("runs", tag("run"), {"card_digest": NONE}),
    ("runs", tag("run"), {"inputs": (*RUN.inputs, RUN.inputs[0])}),
    ("runs", tag("run"), _inputs(0, operation=3)),
    ("runs", tag("run"), _inputs(2, operation=16)),
    (
        "runs",
        tag("run"),
        {"inputs": tuple(dataclasses.replace(i, consent=c) for i, c in zip(RUN.inputs, (B, A, C), strict=True))},
    ),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, purposes=4)}),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, purposes=0)}),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, regions=1 << 11)}),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, regions=0)}),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, condition=0)}),
    ("runs", tag("run"), {"scope": dataclasses.replace(SCOPE, project_ref=NONE)}),
    ("runs", tag("run"), {"closed_at": NOW - 3500}),
    ("runs", tag("run"), {"closed_at": NOW + 1}),
    ("runs", tag("run"), {"opened_at": NOW - 3899}),
    ("runs", tag("run"), {"opened_at": NOW - 8450}),
    ("runs", tag("run"), {"rounds": (OPEN_ROUND, *RUN.rounds[1:])}),
    ("runs", tag("run"), {"rounds": (*RUN.rounds, OPEN_ROUND)}),
    ("runs", tag("run"), OPEN_RUN | {"rounds": (*RUN.rounds, OPEN_ROUND)}),
    ("runs", tag("run"), {"outcome": 3}),
    ("runs", tag("run"), _rounds(answers=())),
    ("runs", tag("run"), _rounds(aggregate_digest=NONE)),
    ("runs", tag("run"), _rounds(answers=(ROUND.answers[2],))),
    ("runs", tag("run"), _rounds(epsilon=1001)),
    ("runs", tag("run"), _rounds(closed_at=NOW - 3000)),
    ("runs", tag("run"), _rounds(closed_at=NOW - 3801)),
    ("runs", tag("run"), _answers(position=3)),
    ("runs", tag("run"), _answers(position=1)),
    ("runs", tag("run"), _answers(custodian=2)),
    ("runs", tag("run"), _answers(update_digest=NONE)),
    ("runs", tag("run"), _answers(refusal=2)),
    ("runs", tag("run"), _answers(at=NOW - 3901)),
    ("model_versions", SUBJECT, {"number": 0}),
    ("model_versions", SUBJECT, {"number": 5}),
    ("model_versions", SUBJECT, {"publisher": 5}),
    ("model_versions", SUBJECT, {"published_at": NOW + 1}),
    ("model_versions", SUBJECT, {"published_at": NOW - 3301}),
    ("model_versions", SUBJECT, {"artifact_digest": NONE}),
    ("model_versions", SUBJECT, {"card_digest": NONE}),
    ("model_versions", SUBJECT, {"lifecycle": 0}),
    ("model_versions", SUBJECT, {"lifecycle": 1}),
    ("model_versions", SUBJECT, {"lifecycle": 5}),
    ("model_versions", SUBJECT, {"recalls": 0}),
    ("model_versions", SUBJECT, {"recalls": 2}),
    ("model_versions", tag("base version"), {"recalls": 1}),
    ("model_versions", tag("base version"), {"published_at": NOW - 2999}),
    ("model_versions", tag("base version"), {"published_at": NOW - 5999}),
    ("model_versions", tag("base version"), {"lifecycle": 2, "for_sale": True, "published_at": NOW - 5999}),
    ("recalls", tag("recall by agency"), {"issuer": 4}),
    ("recalls", tag("recall by agency"), {"replacement": tag("fixed version")}),
    ("recalls", tag("recall by publisher"), {"replacement": SUBJECT}),
    ("recalls", tag("recall by agency"), {"notice_digest": NONE}),
    ("recalls", tag("recall by agency"), {"issued_at": NOW - 3001}),
    ("recalls", tag("recall by agency"), {"issued_at": NOW + 1}),
    ("recalls", tag("recall by agency"), {"lifted_at": NOW - 1}),
    ("recalls", tag("recall by publisher"), {"lifted_at": 0}),
    ("recalls", tag("recall by publisher"), {"lifted_at": NOW - 801}),
    ("recalls", tag("recall by publisher"), {"lifted_at": NOW + 1}),
    ("recalls", tag("recall of the base"), {"version": SUBJECT, "lifted_at": 0}),
]


@pytest.mark.parametrize(
    ("kind", "key", "fields"), CASES, ids=[f"{kind}-{'-'.join(fields)}" for kind, _, fields in CASES]
)
def test_problems_finds_what_does_not_fit(kind: str, key: Any, fields: dict[str, Any]) -> None:
    facts = edited(kind, key, **fields)
    said = problems(facts, ABOUT, NOW)
    assert said
    with pytest.raises(EvidenceMalformed):
        require_lineage(facts, ABOUT, NOW)
    assert not [one for one in said if " named" in one and "supersed" not in one], "about rules, not closure"


@pytest.mark.parametrize(
    "parent",
    [
        Parent(tag("dataset C"), 2, NONE),
        Parent(tag("dataset A"), 1, NONE),
        Parent(tag("dataset A"), 1, A),
        Parent(tag("dataset B"), 1, D),
        Parent(tag("dataset A"), 1, B),
    ],
    ids=["itself", "another's without consent", "consent to another", "another dataset", "another dataset's consent"],
)
def test_problems_finds_a_derivation_that_nobody_permitted(parent: Parent) -> None:
    named = (Parent(tag("dataset C"), 1, NONE), Parent(tag("dataset A"), 1, D))
    assert (
        problems(edited("dataset_versions", (tag("dataset C"), 2), derivation=Derivation(ANY_SCOPE, named)), ABOUT, NOW)
        == ()
    )
    facts = edited("dataset_versions", (tag("dataset C"), 2), derivation=Derivation(ANY_SCOPE, (*named, parent)))
    assert problems(facts, ABOUT, NOW)


@pytest.mark.parametrize(("published_at", "fits"), [(NOW - 8300, True), (NOW - 8299, False)])
def test_problems_wants_a_parent_that_was_there_before(published_at: int, fits: bool) -> None:
    """Also a parent of the same custodian, for which no consent is asked."""
    child = found(FACTS, "dataset_versions", (tag("dataset C"), 2))
    own = dataclasses.replace(
        child, dataset=tag("dataset E"), number=1, supersession=0, derivation=None, published_at=published_at
    )
    parents = (*child.derivation.parents, Parent(tag("dataset E"), 1, NONE))
    facts = edited("dataset_versions", (tag("dataset C"), 2), derivation=Derivation(ANY_SCOPE, parents))
    facts = dataclasses.replace(
        facts,
        datasets=(*FACTS.datasets, Dataset(tag("dataset E"), 4, 11, 1, 1)),
        dataset_versions=(*facts.dataset_versions, own),
    )
    assert (problems(facts, ABOUT, NOW) == ()) is fits


@pytest.mark.parametrize("scope", [Scope(0, 1 << 5, 0, NONE), Scope(4, 1 << 5, 0, NONE)])
def test_problems_compares_a_derivations_scope(scope: Scope) -> None:
    parents = (Parent(tag("dataset A"), 1, D),)
    facts = edited("dataset_versions", (tag("dataset C"), 1), derivation=Derivation(scope, parents))
    assert any("outside consent" in one for one in problems(facts, ABOUT, NOW))


def test_problems_finds_a_sale_that_was_never_permitted_by_all_at_once() -> None:
    """Each consent permits it at some time since publication, but never two of them together."""
    at = NOW - 3000
    grants = {
        B: ((0, 0, 2, at - 1, 0), (1, 0, 2, at + 500, 0), (4, 0, 2, at + 700, 0)),
        C: ((3, 0, 0, at + 400, at + 800),),
    }
    facts = FACTS
    for key, entries in grants.items():
        facts = changed(facts, "consents", key, **_log(*entries))
    alone = "for sale and the consents of its inputs never permitted"
    # The export at the moment of publishing is outside consent B too; the sale is a problem of its own.
    assert any(alone in one for one in problems(facts, ABOUT, NOW))
    sooner = changed(facts, "consents", C, **_log((3, 0, 0, at + 400, at + 600)))
    assert not any(alone in one for one in problems(sooner, ABOUT, NOW))


def test_problems_asks_no_export_of_what_was_only_validated() -> None:
    """Consent C permits validation, rounds and sale; take export away and nothing changes."""
    assert problems(edited("consents", C, operations=0b101_0100), ABOUT, NOW) == ()


def test_problems_asks_no_sale_of_what_is_not_for_sale() -> None:
    free = edited("model_versions", SUBJECT, for_sale=False)
    assert problems(changed(free, "consents", C, operations=0b001_0100), ABOUT, NOW) == ()


@pytest.mark.parametrize("fields", [{"inputs": (*RUN.inputs, RUN.inputs[0])}, {"card_digest": NONE}])
def test_problems_says_what_no_run_is_opened_with(fields: dict[str, Any]) -> None:
    said = problems(edited("runs", tag("run"), **fields), ABOUT, NOW)
    assert any("with which no run is opened" in one for one in said)


def test_problems_finds_a_use_by_another_than_the_grantee() -> None:
    """Both could hold such a consent, and the model, the runs and the versions are all the other's."""
    facts = FACTS
    for kind in ("models", "runs", "model_versions"):
        for one in getattr(FACTS, kind):
            facts = changed(facts, kind, one.id, publisher=4)
    facts = changed(facts, "recalls", tag("recall by publisher"), issuer=4)
    said = problems(facts, ABOUT, NOW)
    assert sum("outside consent" in one for one in said) == len(RUN.inputs) + 1
    assert len(said) == len(RUN.inputs) + 1


@pytest.mark.parametrize(
    ("kind", "key", "fields"),
    [
        ("dataset_versions", (tag("dataset A"), 2), {"published_at": NOW - 4000}),
        ("consents", B, {"issued_at": NOW - 4000, "log": ()}),
        ("consents", B, {"not_before": NOW - 4000}),
        ("consents", C, {"expires_at": NOW - 2999}),
        ("consents", B, {"rounds_used": 10}),
        ("consents", B, {"epsilon_spent": 1000}),
        ("dataset_versions", (tag("dataset A"), 2), {"epsilon_spent": 150}),
        ("dataset_versions", (tag("dataset A"), 2), {"opt_out_checked_at": NOW - 8900}),
        ("dataset_versions", (tag("dataset C"), 1), {"published_at": NOW - 8500}),
        ("dataset_versions", (tag("dataset C"), 1), {"published_at": NOW - 8300}),
        ("dataset_versions", (tag("dataset A"), 2), {"options": (1 << 13) - 1}),
        ("datasets", tag("dataset A"), {"lowest_usable": 2}),
        ("runs", tag("run"), {"closed_at": NOW - 3370}),
        ("runs", tag("run"), {"closed_at": NOW - 3000}),
        ("runs", tag("run"), {"opened_at": NOW - 3900}),
        ("model_versions", SUBJECT, {"lifecycle": 4}),
        ("model_versions", SUBJECT, {"number": 4}),
        ("model_versions", tag("base version"), {"published_at": NOW - 7900}),
        ("recalls", tag("recall by agency"), {"issuer": 3, "replacement": tag("base version")}),
        ("recalls", tag("recall by agency"), {"issued_at": NOW - 3000}),
        ("recalls", tag("recall by publisher"), {"lifted_at": NOW - 800}),
        ("recalls", tag("recall by publisher"), {"lifted_at": NOW}),
    ],
)
def test_problems_accepts_what_just_fits(kind: str, key: Any, fields: dict[str, Any]) -> None:
    assert problems(edited(kind, key, **fields), ABOUT, NOW) == ()


def test_problems_accepts_what_happened_in_the_last_second() -> None:
    """Each time equal to the as-of block's, and everything before it."""
    last = NOW - 3000
    recalls = tuple(dataclasses.replace(one, issued_at=last, lifted_at=one.lifted_at and last) for one in FACTS.recalls)
    facts = changed(dataclasses.replace(FACTS, recalls=recalls), "consents", B, **_log())
    assert problems(facts, ABOUT, last) == ()
    early = changed(facts, "dataset_versions", (tag("dataset B"), 1), published_at=NOW - 8500)
    assert problems(early, ABOUT, last) == ()


@pytest.mark.parametrize(("sold_from", "fits"), [(NOW - 3000, True), (NOW, True), (NOW + 1, False)])
def test_problems_looks_for_a_sale_between_publication_and_the_block(sold_from: int, fits: bool) -> None:
    """Consent C is suspended, in some second, until a vote's suspension ends; its rounds and run came before."""
    suspended = _log((3, 0, 0, NOW - 3001, sold_from)) if sold_from > NOW - 3000 else _log()
    facts = changed(edited("consents", C, **suspended), "consents", B, **_log())
    assert (problems(facts, ABOUT, NOW) == ()) is fits


def test_problems_finds_a_sale_permitted_only_before_publication() -> None:
    facts = edited("consents", C, expires_at=NOW - 3000)
    assert any("for sale" in one for one in problems(facts, ABOUT, NOW))


def test_problems_finds_a_version_from_a_run_that_trains_nothing() -> None:
    measured = tuple(dataclasses.replace(part, operation=4) for part in RUN.inputs)
    facts = edited("runs", tag("run"), inputs=measured)
    assert any("completed run of its model that trained" in one for one in problems(facts, ABOUT, NOW))


def test_problems_counts_a_shared_consent_once_a_round_and_its_loss_for_each_input() -> None:
    shared = (*RUN.inputs, Input(tag("dataset A"), 1, A, 1))
    facts = changed(
        edited("runs", tag("run"), inputs=shared), "dataset_versions", (tag("dataset A"), 1), epsilon_spent=150
    )
    assert any("another loss" in one for one in problems(facts, ABOUT, NOW))
    for epsilon_spent, rounds_used, fits in ((800, 5, True), (799, 5, False), (800, 4, False)):
        charged = changed(facts, "consents", A, epsilon_spent=epsilon_spent, rounds_used=rounds_used)
        assert (problems(charged, ABOUT, NOW) == ()) is fits


def test_problems_accepts_only_one_successor() -> None:
    twin = dataclasses.replace(found(FACTS, "consents", A), id=tag("twin"), policy_digest=digest("policy A"))
    used = Input(tag("dataset A"), 2, twin.id, 1)
    facts = dataclasses.replace(
        changed(
            edited("runs", tag("run"), inputs=(*RUN.inputs, used)),
            "dataset_versions",
            (tag("dataset A"), 2),
            epsilon_spent=400,
        ),
        consents=(*FACTS.consents, twin),
    )
    assert problems(facts, ABOUT, NOW) == ("two consents supersede the same one",)


def test_verify_proves_a_run_that_goes_on_and_one_left_behind() -> None:
    """The number of rounds, and the answers to the last, are in the run's word also while it is open."""
    for going in (OPEN_RUN, {"outcome": 2, "result_digest": NONE}):
        for last in (OPEN_ROUND, SILENT_ROUND):
            facts = edited("runs", tag("run"), **going, rounds=(*RUN.rounds, last))
            facts = changed(changed(facts, "consents", B, rounds_used=4), "consents", C, rounds_used=4)
            (refused,) = problems(facts, ABOUT, NOW)
            assert "is not of a completed run" in refused
            chain = Chain(facts)
            content = _unchecked(chain)
            checks = verify(content, json.dumps(chain.trust()).encode()).checks
            # A version never comes of such a run, so the lineage is refused; each word is proved all the same.
            assert [check.name for check in checks if not check.passed] == ["lineage"]
            hidden = json.loads(content)
            rounds = next(one for one in hidden["facts"]["runs"] if one["rounds"])["rounds"]
            rounds.pop()
            wrong = verify(rfc8785.dumps(hidden), json.dumps(chain.trust()).encode()).checks
            assert "facts.run" in [check.name for check in wrong if not check.passed]


def _unchecked(chain: Chain) -> bytes:
    """A bundle whose facts are no lineage, which `assemble` does not make."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger_node.proof.bundle.require_lineage", lambda *_: None)
        return bundle_bytes(chain)


def test_verify_fails_for_facts_that_are_no_lineage(trust: bytes) -> None:
    chain = Chain(edited("consents", C, **_log((3, 0, 0, NOW - 3910, NOW))))
    assert verify(_unchecked(chain), json.dumps(chain.trust()).encode()).result is Result.FAILED


def test_assemble_refuses_facts_that_are_no_lineage(chain: Chain) -> None:
    for facts in (without(FACTS, "runs"), edited("runs", tag("run"), rounds=RUN.rounds[:1])):
        with pytest.raises(Exception, match=r"not there|not on the chain|no proof"):
            bundle_bytes(chain, facts=facts)
