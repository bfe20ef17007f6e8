"""The vectors that the contracts' tests make happen: ids, record digests, storage words, and the whole as a lineage."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.proof import Facts, digests, facts_from_json, ids
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.lineage import problems
from ledger_node.proof.subject import MODEL_VERSION, Subject

from . import vectors

IDS = json.loads((vectors.FOLDER / "ids.json").read_text())
RECORDS = json.loads((vectors.FOLDER / "records.json").read_text())
WORDS = json.loads((vectors.FOLDER / "words.json").read_text())
FACTS = facts_from_json(WORDS["facts"])
END = 1_800_001_000


def _raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@pytest.mark.parametrize("name", ["ids.json", "records.json", "words.json"])
def test_files_are_what_the_history_says(name: str) -> None:
    """`python -m tests.unit.proof.vectors` writes them anew; the contracts' tests then say whether they are true."""
    assert (vectors.FOLDER / name).read_text() == vectors.written()[name]


@pytest.mark.parametrize("vector", IDS, ids=lambda vector: f"{vector['tag']}-{vector['salt'][2:8]}")
def test_derive_id_is_the_contracts(vector: dict[str, Any]) -> None:
    tag, contract, salt = keccak256(vector["tag"].encode()), _raw(vector["contract"]), _raw(vector["salt"])
    found = ids.derive_id(tag, vector["chainId"], contract, vector["organisation"], salt)
    assert to_hex(found) == vector["id"]


def test_words_are_those_that_the_contracts_hold() -> None:
    assert vectors.words(FACTS) == WORDS["words"]


def _digests(facts: Facts) -> dict[str, set[str]]:
    """Every record digest of the facts, by the kind of its record."""
    rounds = [(run, number, one) for run in facts.runs for number, one in enumerate(run.rounds, start=1)]
    opened = [(run, number, replace(one, aggregate_digest=bytes(32), closed_at=0)) for run, number, one in rounds]
    found: dict[str, list[bytes]] = {
        "organisation": [digests.organisation(fact) for fact in facts.organisations],
        "dataset-version": [digests.dataset_version(fact) for fact in facts.dataset_versions],
        "consent": [digests.consent(fact) for fact in facts.consents],
        "model": [digests.model(fact) for fact in facts.models],
        "run": [digests.run(fact) for fact in facts.runs],
        "round-opened": [digests.training_round(run.id, number, one) for run, number, one in opened],
        "answer": [digests.answer(run.id, number, part) for run, number, one in rounds for part in one.answers],
        "round-closed": [digests.training_round(run.id, n, one) for run, n, one in rounds if not one.is_open],
        "run-closing": [digests.run_closing(fact) for fact in facts.runs if not fact.is_open],
        "model-version": [digests.model_version(fact) for fact in facts.model_versions],
        "recall": [digests.recall(fact) for fact in facts.recalls],
    }
    return {kind: {to_hex(one) for one in values} for kind, values in found.items()}


@pytest.mark.parametrize("kind", _digests(FACTS))
def test_record_digests_are_the_contracts(kind: str) -> None:
    recorded = [record["digest"] for record in RECORDS if record["kind"] == kind]
    assert len(recorded) == len(set(recorded)) >= 2
    assert _digests(FACTS)[kind] == set(recorded)


def test_only_what_no_bundle_proves_has_a_digest_of_another_kind() -> None:
    others = {record["kind"] for record in RECORDS if "digest" in record} - set(_digests(FACTS))
    assert others == {"erasure", "request", "proposal", "stream-anchor"}


def _id_of(nth: int, tag: str) -> bytes:
    return _raw([vector["id"] for vector in IDS if vector["tag"] == f"medledger.{tag}.v1"][nth])


def test_history_is_a_lineage_of_its_last_version() -> None:
    """What the contracts let happen keeps every rule, once what the version does not come from is left out."""
    third = _id_of(2, "model-version")
    made_from = {version.run for version in FACTS.model_versions}
    used = {(part.dataset, part.version) for run in FACTS.runs if run.id in made_from for part in run.inputs}
    facts = replace(
        FACTS,
        runs=tuple(run for run in FACTS.runs if run.id in made_from),
        dataset_versions=tuple(
            version for version in FACTS.dataset_versions if (version.dataset, version.number) in used
        ),
    )
    assert problems(facts, Subject(MODEL_VERSION, third), END) == ()
    assert problems(FACTS, Subject(MODEL_VERSION, third), END)
