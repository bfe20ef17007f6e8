"""Bundles of a real chain: the same from any node, about each kind of subject, as of times, told by operators alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ledger_node.client import Input
from ledger_node.domain.codes import Operation, StateReason
from ledger_node.localnet import network
from ledger_node.proof import Report, Result, verify
from ledger_node.proof.subject import CONSENT
from tests.integration.pair import PLANS, TRAINING, Pair, terms

pytestmark = pytest.mark.slow
CHAIN_ID = 31_352


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    running = network.up(tmp_path_factory.mktemp("evidence") / "network", chain_id=CHAIN_ID, plans=PLANS)
    try:
        both = Pair(running)
        yield both
        both.close()
    finally:
        network.down(running)


@pytest.fixture(scope="module")
def consent(pair: Pair) -> str:
    return pair.consent(terms(pair.dataset(pair.hospital), pair.institute, TRAINING))


@pytest.fixture(scope="module")
def version(pair: Pair, consent: str) -> str:
    dataset = pair.hospital.node.consents.get(consent)["dataset"]
    return pair.version(pair.model(), Input(dataset, 1, consent, Operation.TRAIN))


def facts_of(bundle: bytes) -> Any:
    return json.loads(bundle)["facts"]


def checkpoint_of(trust: bytes) -> int:
    return int(json.loads(trust)["checkpoint"]["number"])


def detail(report: Report, kind: str, key: str) -> str:
    assert report.result is Result.VERIFIED
    return next(one.detail for one in report.facts if (one.kind, one.id) == (kind, key))


def test_every_node_makes_the_same_facts(pair: Pair, version: str) -> None:
    """Also one whose index was dropped and made again from the chain."""
    at = pair.ledger.head().number
    pair.settle()
    made = [side.node.versions.evidence(version, as_of=at) for side in (pair.hospital, pair.institute)]
    before = pair.hospital.node.index.digest()
    pair.hospital.node.index.rebuild()
    assert pair.hospital.node.index.digest()["digest"] == before["digest"]
    made.append(pair.hospital.node.versions.evidence(version, as_of=at))
    facts = [json.dumps(facts_of(one)) for one in made]
    assert facts[0] == facts[1] == facts[2]
    assert len({json.dumps(json.loads(one)["proofNodes"]) for one in made}) == 1


def test_each_kind_of_subject_verifies_at_another_node(pair: Pair, consent: str, version: str) -> None:
    pair.settle()
    trust = pair.hospital.node.node.trust()
    at = checkpoint_of(trust)
    pair.wait_for(at)
    node, dataset = pair.institute.node, pair.hospital.node.consents.get(consent)["dataset"]
    for content, kind in (
        (node.versions.evidence(version, as_of=at), "modelVersion"),
        (node.consents.evidence(consent, as_of=at), "consent"),
        (node.datasets.evidence(dataset, 1, as_of=at), "datasetVersion"),
    ):
        report = verify(content, trust)
        assert (report.result, report.kind) == (Result.VERIFIED, kind)


def test_a_revoked_consent_was_valid_before(pair: Pair) -> None:
    """As of the block before, and as of a later one that is asked about the time before."""
    consent = pair.consent(terms(pair.dataset(pair.hospital), pair.institute, TRAINING))
    then = pair.ledger.head()
    pair.wait_for(then.number)
    revoked = pair.done(pair.hospital.node.consents.revoke(consent, StateReason.STEWARD_DECISION))
    assert revoked["block"] is not None
    trust = pair.hospital.node.node.trust()
    at = checkpoint_of(trust)
    pair.wait_for(at)
    earlier = verify(pair.institute.node.consents.evidence(consent, as_of=then.number), None)
    assert next(one.detail for one in earlier.facts if one.kind == CONSENT).startswith("ACTIVE at the as-of block")
    later = verify(pair.institute.node.consents.evidence(consent, as_of=at), trust)
    assert detail(later, CONSENT, consent).startswith("REVOKED at the as-of block")


def test_signed_checkpoints_alone_tell_the_block(pair: Pair, version: str) -> None:
    """Operators of both organisations sign for it; the reader's trust file names no block."""
    pair.wait_for(pair.institute.node.versions.get(version)["block"] + 1)  # final with a block on top of it
    trusted = json.loads(pair.hospital.node.node.trust())
    del trusted["checkpoint"]
    trust = json.dumps(trusted).encode()
    assert [one["number"] for one in trusted["operators"]["organisations"]] == [1, 2]
    assert trusted["operators"]["quorum"] == 2
    signed = pair.hospital.node.checkpoints.sign()
    number = signed["number"]
    pair.wait_for(number)
    assert verify(pair.institute.node.versions.evidence(version, as_of=number), trust).result is Result.FAILED
    pair.institute.node.checkpoints.bring(signed["checkpoints"][0])
    report = verify(pair.institute.node.versions.evidence(version, as_of=number), trust)
    assert report.result is Result.VERIFIED
    (told,) = (check.detail for check in report.checks if check.name == "trust.block")
    assert told == f"a checkpoint, signed by 2 of 2 organisations: 1, 2 tells block {number}"
