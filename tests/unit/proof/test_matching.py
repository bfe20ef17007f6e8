"""Whether a file is the registered one."""

from __future__ import annotations

import json

import pytest

from ledger_node.proof import Result
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.matching import Found, match

from .story import SUBJECT, digest, lineage, tag
from .synthetic import found
from .test_proof_subjects import DERIVED, made

REGISTERED = found(lineage(), "model_versions", SUBJECT).artifact_digest
ELSEWHERE = found(lineage(), "model_versions", tag("import")).artifact_digest


@pytest.mark.parametrize(
    ("looked_for", "place", "detail"),
    [
        (REGISTERED, Found.REGISTERED, "the artifact of the version that the bundle is about"),
        (ELSEWHERE, Found.ANOTHER_VERSION, f"the artifact of model version 1, {to_hex(tag('import'))}"),
        (digest("card run"), Found.DOCUMENT, "the card of a run, by organisation 3"),
        (digest("attestation A1"), Found.DOCUMENT, "the de-identification attestation, by organisation 1"),
        (digest("policy B"), Found.DOCUMENT, "the policy of a consent, by organisation 2"),
        (digest("notice of the agency"), Found.DOCUMENT, "the notice of a recall, by organisation 5"),
        (tag("something else"), Found.UNKNOWN, "nothing in the bundle has this digest"),
    ],
)
def test_match_says_what_the_file_is(bundle: bytes, trust: bytes, looked_for: bytes, place: Found, detail: str) -> None:
    answer = match(bundle, trust, looked_for)
    assert (answer.found, answer.verdict, answer.detail) == (place, place.value, detail)
    assert answer.holds is (place is Found.REGISTERED)
    said = json.loads(json.dumps(answer.to_json()))
    assert (said["result"], said["digest"], said["registered"]) == (place.value, to_hex(looked_for), to_hex(REGISTERED))


def test_match_of_a_bundle_about_no_model_version_registers_nothing() -> None:
    answer = match(*made(DERIVED), REGISTERED)
    assert (answer.registered, answer.found, answer.holds) == (None, Found.UNKNOWN, False)
    assert match(*made(DERIVED), digest("card C2")).found is Found.DOCUMENT


def test_match_counts_for_nothing_when_the_bundle_is_not_verified(bundle: bytes, trust: bytes) -> None:
    other = json.dumps(json.loads(trust) | {"chainId": 1}).encode()
    for trusted, result in ((None, Result.UNANCHORED), (other, Result.FAILED)):
        answer = match(bundle, trusted, REGISTERED)
        assert (answer.found, answer.verdict, answer.holds) == (Found.REGISTERED, result.value, False)
