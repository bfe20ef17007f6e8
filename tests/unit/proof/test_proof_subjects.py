"""Bundles about consents and dataset versions, and answers about a time before the block."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import Facts, Report, Result, verify
from ledger_node.proof.closure import leads_to
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.subject import CONSENT, DATASET_VERSION, MODEL_VERSION, Subject, began

from .story import ABOUT, NOW, lineage, tag
from .synthetic import Chain, bundle_bytes, found, key_of

FACTS = lineage()
REVOKED = Subject(CONSENT, tag("consent B"))
FOLLOWING = Subject(CONSENT, tag("consent A"))
DERIVED = Subject(DATASET_VERSION, tag("dataset C"), 2)
KINDS = {
    "organisations": "organisation",
    "datasets": "dataset",
    "dataset_versions": "datasetVersion",
    "consents": "consent",
    "models": "model",
    "runs": "run",
    "model_versions": "modelVersion",
    "recalls": "recall",
}


def facts_behind(subject: Subject) -> Facts:
    """Those facts of the story that the subject leads to."""
    named = leads_to(subject, FACTS)

    def text(fact: Any) -> str:
        key = key_of(fact)
        if isinstance(key, tuple):
            return f"{to_hex(key[0])}/{key[1]}"
        return to_hex(key) if isinstance(key, bytes) else str(key)

    return Facts(
        **{
            kind: tuple(fact for fact in getattr(FACTS, kind) if (name, text(fact)) in named)
            for kind, name in KINDS.items()
        }
    )


def made(subject: Subject, **changes: Any) -> tuple[bytes, bytes]:
    """A bundle about a subject, and the trust file for it."""
    chain = Chain(facts_behind(subject))
    return bundle_bytes(chain, subject=subject, **changes), json.dumps(chain.trust()).encode()


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


def sentence(report: Report, subject: Subject) -> str:
    (said,) = (fact.detail for fact in report.facts if (fact.kind, fact.id) == subject.name)
    return said


@pytest.mark.parametrize("subject", [REVOKED, FOLLOWING, DERIVED])
def test_verify_accepts_a_bundle_about_another_kind_of_fact(subject: Subject) -> None:
    report = verify(*made(subject))
    assert report.result is Result.VERIFIED
    assert (report.kind, report.subject) == subject.name
    assert not any(fact.kind in ("model", "modelVersion", "run") for fact in report.facts)


def test_a_consent_leads_to_the_one_that_it_superseded() -> None:
    consents = {one.id for one in facts_behind(FOLLOWING).consents}
    assert consents == {tag("consent A"), tag("consent old A")}


def test_a_derived_dataset_version_leads_to_its_sources_and_their_consents() -> None:
    facts = facts_behind(DERIVED)
    assert len(facts.dataset_versions) == 3
    assert facts.consents


@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "consent", "id": to_hex(tag("consent A"))},
        {"kind": "consent", "id": to_hex(tag("nothing"))},
        {"kind": "modelVersion", "id": to_hex(tag("consent B"))},
        {"kind": "datasetVersion", "id": to_hex(tag("dataset B")), "number": 1},
    ],
)
def test_verify_fails_for_honest_facts_under_another_subject(subject: dict[str, Any]) -> None:
    content, trust = made(REVOKED)
    changed = rfc8785.dumps(json.loads(content) | {"subject": subject})
    report = verify(changed, trust)
    assert report.result is Result.FAILED
    assert "lineage" in failed(report)


@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "run", "id": to_hex(tag("run"))},
        {"kind": "consent", "id": to_hex(tag("consent B")), "number": 1},
        {"kind": "datasetVersion", "id": to_hex(tag("dataset C"))},
        {"kind": ["consent"], "id": to_hex(tag("consent B"))},
        "consent",
        None,
    ],
)
def test_verify_refuses_a_subject_of_another_form(subject: object) -> None:
    content, trust = made(REVOKED)
    with pytest.raises(EvidenceMalformed, match="subject"):
        verify(rfc8785.dumps(json.loads(content) | {"subject": subject}), trust)


# --- as of a time --------------------------------------------------------------------------------------------------

CONSENT_B = found(FACTS, "consents", REVOKED.id)
END = CONSENT_B.log[-1].at


@pytest.mark.parametrize(
    ("at", "state"),
    [(CONSENT_B.issued_at, "ACTIVE"), (END - 1, "SUSPENDED"), (END, "REVOKED"), (NOW, "REVOKED")],
)
def test_a_later_block_answers_for_an_earlier_time(at: int, state: str) -> None:
    """A log only grows and its length is proved, so that no revocation up to a time is proved by any later block."""
    report = verify(*made(REVOKED, at=at))
    assert (report.result, report.at) == (Result.VERIFIED, at)
    when = "at the as-of block" if at == NOW else "at the time asked about"
    assert sentence(report, REVOKED).startswith(f"{state} {when}")


def test_a_revocation_left_out_fails_for_an_earlier_time_as_well() -> None:
    content, trust = made(REVOKED, at=END - 1)
    bundle = json.loads(content)
    bundle["facts"]["consents"][0]["log"].pop()
    assert "facts.consent" in failed(verify(rfc8785.dumps(bundle), trust))


@pytest.mark.parametrize("subject", [ABOUT, REVOKED, DERIVED])
def test_verify_fails_for_a_time_outside_the_subjects_life(subject: Subject) -> None:
    start = began(subject, FACTS)
    assert start is not None
    for at, fits in ((start - 1, False), (start, True), (NOW, True), (NOW + 1, False)):
        report = verify(*made(subject, at=at))
        assert failed(report) == (set() if fits else {"at"})


def test_recalls_are_told_as_they_stood() -> None:
    recalls = {one.id: one for one in FACTS.recalls}
    standing = recalls[tag("recall by agency")]
    chain = Chain(FACTS)
    for at, said in ((standing.issued_at - 1, "critical, issued after"), (standing.issued_at, "critical, stands")):
        report = verify(bundle_bytes(chain, subject=ABOUT, at=at), json.dumps(chain.trust()).encode())
        (detail,) = (fact.detail for fact in report.facts if fact.id == to_hex(standing.id))
        assert detail.startswith(said)


def test_what_has_no_time_is_told_as_of_the_block() -> None:
    """Nothing counts a recall that stood at the time asked about and was lifted since: the report must not seem to."""
    chain, lifted = Chain(FACTS), found(FACTS, "recalls", tag("recall by publisher"))
    hidden = replace(FACTS, recalls=tuple(one for one in FACTS.recalls if one != lifted))
    content = bundle_bytes(chain, facts=hidden, at=lifted.issued_at)
    report = verify(content, json.dumps(chain.trust()).encode())
    assert report.result is Result.VERIFIED
    said = {(fact.kind, fact.id): fact.detail for fact in report.facts}
    assert said["modelVersion", to_hex(ABOUT.id)] == "released for sale, 1 recalls stand at the as-of block"
    assert said["consent", to_hex(REVOKED.id)].endswith("used at the as-of block")
    assert any("whatever the time asked about" in limit for limit in report.not_proved)


def test_kinds_are_told_apart() -> None:
    assert began(Subject(MODEL_VERSION, REVOKED.id), FACTS) is None
    assert began(Subject(DATASET_VERSION, DERIVED.id, 9), FACTS) is None
