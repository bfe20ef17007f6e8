"""What a bundle says, for a person: every fact drawn, with how it is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import rfc8785

from ledger_node.domain.codes import Act, Operation, StateReason
from ledger_node.proof import Known, Result, meanings, pages, schema, verify
from ledger_node.proof.explanation import _ACTS, _REASONS, _USED, DEEPEST, Branch, explain
from ledger_node.proof.facts import ordered
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.matching import match
from ledger_node.proof.subject import Subject
from ledger_node.screen import moment

from .story import DOCUMENTS, NOW, SUBJECT, digest, lineage, tag
from .synthetic import Chain, bundle_bytes, changed, found
from .test_proof_subjects import DERIVED, FOLLOWING, REVOKED, made


def drawn(branches: tuple[Branch, ...]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from drawn(branch.below)


def deepest(branches: tuple[Branch, ...]) -> int:
    return max((1 + deepest(branch.below) for branch in branches), default=0)


def test_explain_draws_every_fact_and_document_as_the_report_knows_it(bundle: bytes, trust: bytes) -> None:
    explanation = explain(bundle, trust)
    assert explanation.report == verify(bundle, trust)
    shown = {(branch.kind, branch.id): branch.known for branch in drawn(explanation.lineage) if branch.kind != "act"}
    assert shown == {(fact.kind, fact.id): fact.known for fact in explanation.report.facts}


def test_explain_draws_one_tree_of_what_led_to_the_subject(bundle: bytes, trust: bytes) -> None:
    (tree,) = explain(bundle, trust).lineage
    assert (tree.kind, tree.id, tree.known) == ("modelVersion", to_hex(SUBJECT), Known.VERIFIED)
    run = next(branch for branch in tree.below if branch.kind == "run")
    used = [
        (branch.kind, branch.text.split()[0]) for branch in run.below if branch.kind in ("datasetVersion", "consent")
    ]
    assert used == [
        ("datasetVersion", "fine-tuned"),
        ("consent", "…"),
        ("datasetVersion", "trained"),
        ("consent", "…"),
        ("datasetVersion", "validated"),
        ("consent", "…"),
    ]
    consent = next(branch for branch in run.below if branch.id == to_hex(tag("consent B")))
    assert [branch.text for branch in consent.below if branch.kind == "act"] == [
        f"suspended because of a steward's decision, {moment(NOW - 7000)}",
        f"reinstated because of a steward's decision, {moment(NOW - 5000)}",
        f"suspended by a regulator because of a regulator's order, {moment(NOW - 300)} until {moment(NOW + 1000)}",
        f"suspended by a vote because of a regulator's order, {moment(NOW - 250)} until {moment(NOW + 2000)}",
        f"revoked because of a breach, {moment(NOW - 200)}",
    ]
    assert {branch.id for branch in consent.below if branch.kind == "organisation"} == {"2", "3"}


@pytest.mark.parametrize("subject", [REVOKED, FOLLOWING, DERIVED])
def test_explain_draws_bundles_about_other_kinds_of_facts(subject: Subject) -> None:
    explanation = explain(*made(subject))
    (tree,) = explanation.lineage
    assert ((tree.kind, tree.id), tree.known) == (subject.name, Known.VERIFIED)
    assert {(fact.kind, fact.id) for fact in explanation.report.facts} <= {(one.kind, one.id) for one in drawn((tree,))}


def test_explain_says_what_is_attested_and_what_asserted(bundle: bytes, trust: bytes, chain: Chain) -> None:
    card = to_hex(digest("card run"))
    known = {(branch.kind, branch.id): branch for branch in drawn(explain(bundle, trust).lineage)}
    assert known["document", card].known is Known.ATTESTED
    assert known["contents", card].known is Known.ASSERTED
    without = bundle_bytes(chain, documents=[content for name, content in DOCUMENTS.items() if name != "card run"])
    known = {(branch.kind, branch.id): branch for branch in drawn(explain(without, trust).lineage)}
    assert known["document", card].known is Known.NOT_AVAILABLE
    assert ("contents", card) not in known


def test_a_document_that_two_name_is_of_both() -> None:
    """One text serves as the policy of two hospitals; each of them put its digest on the ledger."""
    policy = digest("policy A")
    chain = Chain(changed(lineage(), "consents", tag("consent B"), policy_digest=policy))
    content, trusted = bundle_bytes(chain), json.dumps(chain.trust()).encode()
    texts = {branch.text for branch in drawn(explain(content, trusted).lineage) if branch.id == to_hex(policy)}
    assert {text.split(", 0x")[0] for text in texts if text.startswith("policy")} == {
        "policy of a consent, by organisation 1",
        "policy of a consent, by organisation 2",
    }
    detail = match(content, trusted, policy).detail
    assert sorted(detail.split("; ")) == [f"the policy of a consent, by organisation {number}" for number in (1, 2)]


def test_explain_draws_what_failed_as_unproven(bundle: bytes, trust: bytes) -> None:
    """Facts that are missing, and facts that the subject does not lead to, are drawn too."""
    content = json.loads(bundle)
    content["facts"]["runs"] = [one for one in content["facts"]["runs"] if one["id"] != to_hex(tag("run"))]
    explanation = explain(rfc8785.dumps(content), trust)
    assert explanation.report.result is Result.FAILED
    every = list(drawn(explanation.lineage))
    assert {branch.known for branch in every} == {Known.UNPROVEN, Known.ASSERTED}
    assert next(branch for branch in every if branch.id == to_hex(tag("run"))).text.endswith("which is not here")
    assert {fact.id for fact in explanation.report.facts} <= {branch.id for branch in every}


def test_explain_stays_flat_however_long_the_lineage(chain: Chain) -> None:
    """A chain of a thousand versions, each made from the one before."""
    facts = lineage()
    version = found(facts, "model_versions", tag("import"))
    ids = [tag(f"link {n}") for n in range(1000)]
    links = tuple(
        replace(version, id=key, number=n + 10, parents=(before,))
        for n, (before, key) in enumerate(zip([version.id, *ids], ids, strict=False))
    )
    content = json.loads(bundle_bytes(chain))
    longer = changed(facts, "model_versions", SUBJECT, parents=(ids[-1],))
    longer = ordered(replace(longer, model_versions=(*longer.model_versions, *links)))
    content["facts"] = schema.facts.write(longer)
    explanation = explain(rfc8785.dumps(content), None)
    assert deepest(explanation.lineage) <= DEEPEST + 4
    assert set(map(to_hex, ids)) <= {branch.id for branch in drawn(explanation.lineage)}
    assert json.loads(json.dumps(explanation.to_json()))["result"] == "failed"
    assert list(pages.of_explanation(explanation))


def test_every_act_and_reason_and_operation_has_a_word() -> None:
    assert (len(_ACTS), len(_REASONS)) == (len(Act), len(StateReason))
    assert set(_USED) == {Operation.TRAIN, Operation.FINE_TUNE, Operation.VALIDATE, Operation.TEST}


def test_every_check_has_a_meaning(bundle: bytes, trust: bytes) -> None:
    for check in verify(bundle, trust).checks:
        assert meanings.of_check(check.name), check.name
    said = explain(bundle, trust).to_json()["meanings"]
    assert isinstance(said, dict)
    assert all(said.values())


def test_a_failed_check_says_what_was_found(bundle: bytes, trust: bytes) -> None:
    content = json.loads(bundle) | {"chainId": 5}
    page = list(pages.of_explanation(explain(rfc8785.dumps(content), trust)))
    assert page[0] == pages.Verdict("failed")
    rows = [row for part in page if isinstance(part, pages.Table) for row in part.rows]
    assert ("trust.chain", "failed", "chain id 5") in rows
    assert ("trust.genesis", "passed", meanings.of_check("trust.genesis")) in rows
