"""A lineage for the tests of the proof layer, in which every field of every fact says something."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ledger_node.proof import Facts
from ledger_node.proof.facts import (
    NONE,
    Answer,
    Consent,
    Dataset,
    DatasetVersion,
    Derivation,
    Input,
    LogEntry,
    Model,
    ModelVersion,
    Organisation,
    Parent,
    Recall,
    Round,
    Run,
    Scope,
    ordered,
)
from ledger_node.proof.hashing import sha256
from ledger_node.proof.subject import Subject

NOW = 1_900_000_000
MONDO_BREAST_CANCER = 7254
#: The basic profile and one Clean option are demanded, one Retain option is forbidden.
DEIDENTIFICATION = 0b0_0000_0100_0011


def tag(name: str) -> bytes:
    """32 bytes that stand for a thing of this name."""
    return hashlib.sha256(name.encode()).digest()


def address(name: str) -> bytes:
    return tag(name)[:20]


def usual_with(usual: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """What most facts of a kind have in these tests, with what one has otherwise."""
    return usual | fields


DATASET_VERSIONS = ("A1", "A2", "B1", "C1", "C2")
CONSENTS = ("old A", "A", "B", "C", "D")
DOCUMENTS = {
    name: json.dumps({"about": name, "said": "Ärztin, Größe ≤ 3 µm\n"}, ensure_ascii=False).encode()
    for name in (
        *(f"card {name}" for name in DATASET_VERSIONS),
        *(f"attestation {name}" for name in DATASET_VERSIONS),
        *(f"policy {name}" for name in CONSENTS),
        *("card model", "card base run", "card run"),
        *("card import", "card base version", "card version"),
        *("notice of the agency", "notice of the publisher", "notice of the base"),
    )
}
DOCUMENTS["policy B"] = b"%PDF-1.7\xff\xfe not text"
SUBJECT = tag("version")
ABOUT = Subject("modelVersion", SUBJECT)
SCOPE = Scope(0b1000_0001, 1 << 5 | 1 << 9, MONDO_BREAST_CANCER, tag("project"))
ANY_SCOPE = Scope(0b1000_0001, 1 << 5, 0, NONE)


def digest(name: str) -> bytes:
    return sha256(DOCUMENTS[name])


def lineage() -> Facts:
    """A version tuned in three rounds with three hospitals, one of which holds a dataset derived from another's.

    Its base was trained with one of them under a consent that was superseded since, and comes from an import.
    """
    return ordered(
        Facts(
            organisations=_organisations(),
            datasets=(
                Dataset(tag("dataset A"), 1, 1, 2, 1),
                Dataset(tag("dataset B"), 2, 7, 3, 1),
                Dataset(tag("dataset C"), 4, 9, 4, 2),
            ),
            dataset_versions=_dataset_versions(),
            consents=_consents(),
            models=(Model(tag("model"), 3, 6, digest("card model"), 4),),
            runs=(_base_run(), _run()),
            model_versions=_model_versions(),
            recalls=_recalls(),
        )
    )


def _organisations() -> tuple[Organisation, ...]:
    return (
        Organisation(1, "Universitätsspital Nord", address("admin 1"), 1, False, 1, 0),
        Organisation(2, "Hôpital Sud", address("admin 2"), 1, False, 2, 0),
        Organisation(3, 'Imaging "AI" GmbH & Co. KG', address("admin 3"), 2, True, 1, NOW - 60),
        Organisation(4, "Registre de l’Ouest", address("admin 4"), 3, False, 1, NOW + 600),
        Organisation(5, "Medicines Agency", address("admin 5"), 4, False, 1, 0),
        Organisation(300, "Klinik am See", address("admin 300"), 1, False, 3, 0),
    )


def _dataset_versions() -> tuple[DatasetVersion, ...]:
    from_a = Derivation(ANY_SCOPE, (Parent(tag("dataset A"), 1, tag("consent D")),))
    from_c = Derivation(ANY_SCOPE, (Parent(tag("dataset C"), 1, NONE), Parent(tag("dataset A"), 1, tag("consent D"))))
    return (
        _dataset_version("A", 1, 1, NOW - 9000, epsilon_spent=3),
        _dataset_version("A", 2, 1, NOW - 8900, epsilon_spent=160),
        _dataset_version("B", 1, 2, NOW - 9000, epsilon_spent=150),
        _dataset_version("C", 1, 4, NOW - 8400, derivation=from_a),
        _dataset_version("C", 2, 4, NOW - 8300, derivation=from_c, supersession=3, epsilon_spent=150),
    )


def _dataset_version(name: str, number: int, custodian: int, published_at: int, **fields: Any) -> DatasetVersion:
    return DatasetVersion(
        **usual_with(
            {
                "dataset": tag(f"dataset {name}"),
                "number": number,
                "custodian": custodian,
                "published_at": published_at,
                "root": tag(f"root {name}{number}"),
                "card_digest": digest(f"card {name}{number}"),
                "attestation_digest": digest(f"attestation {name}{number}"),
                "options": 0b1_0000_0000_0011,
                "size_class": 4,
                "claim": 1,
                "supersession": number - 1,
                "opt_out_checked_at": NOW - 9900,
                "derivation": None,
                "epsilon_spent": 0,
            },
            fields,
        )
    )


def _consents() -> tuple[Consent, ...]:
    ended = LogEntry(4, 5, 1, NOW - 6000, 0)
    acts = (
        LogEntry(0, 2, 2, NOW - 7000, 0),
        LogEntry(1, 2, 2, NOW - 5000, 0),
        LogEntry(2, 6, 5, NOW - 300, NOW + 1000),
        LogEntry(3, 6, 0, NOW - 250, NOW + 2000),
        LogEntry(4, 3, 0, NOW - 200, 0),
    )
    return (
        _consent("old A", "A", 1, rounds_used=2, epsilon_spent=500, log=(ended,)),
        _consent(
            *("A", "A", 1),
            issued_at=NOW - 6000,
            modifiers=1 << 7 | 1 << 11 | 1 << 4,  # GS, PS, PUB
            regions=1 << 5 | 1 << 9 | 1 << 10,
            project_ref=tag("project"),
            request=tag("request A"),
            supersedes=tag("consent old A"),
            rounds_used=6,
            epsilon_spent=700,
        ),
        _consent(
            *("B", "B", 2),
            version_to=1,
            permission=3,
            condition=MONDO_BREAST_CANCER,
            deidentification=DEIDENTIFICATION,
            rounds_used=3,
            epsilon_spent=150,
            log=acts,
        ),
        _consent("C", "C", 4, version_from=2, permission=1, rounds_used=3, epsilon_spent=150),
        _consent(
            *("D", "A", 1),
            grantee=4,
            operations=0b1000_0000,
            modifiers=1 << 1 | 1 << 16 | 1 << 17,  # NMDS, NPU, NCU
            max_rounds=0,
            epsilon_budget=0,
        ),
    )


def _consent(name: str, dataset: str, grantor: int, **fields: Any) -> Consent:
    return Consent(
        **usual_with(
            {
                "id": tag(f"consent {name}"),
                "grantor": grantor,
                "issued_at": NOW - 8500,
                "dataset": tag(f"dataset {dataset}"),
                "grantee": 3,
                "version_from": 1,
                "version_to": 0,
                "basis": 2,
                "permission": 2,
                "modifiers": 0,
                "purposes": 0b1000_0011,
                "operations": 0b111_0111,
                "condition": 0,
                "regions": 0,
                "deidentification": 0,
                "not_before": NOW - 8600,
                "expires_at": NOW + 86_400,
                "max_rounds": 10,
                "epsilon_budget": 1000,
                "project_ref": NONE,
                "policy_digest": digest(f"policy {name}"),
                "request": NONE,
                "supersedes": NONE,
                "rounds_used": 0,
                "epsilon_spent": 0,
                "log": (),
            },
            fields,
        )
    )


def _base_run() -> Run:
    return Run(
        id=tag("base run"),
        publisher=3,
        opened_at=NOW - 8000,
        model=tag("model"),
        scope=ANY_SCOPE,
        card_digest=digest("card base run"),
        code_digest=NONE,
        container_digest=NONE,
        inputs=(Input(tag("dataset A"), 1, tag("consent old A"), 1),),
        rounds=(),
        outcome=1,
        result_digest=tag("base result"),
        closed_at=NOW - 7900,
    )


def _run() -> Run:
    """A round with all answers, one in which a hospital was silent, and one in which nobody contributed."""
    return Run(
        id=tag("run"),
        publisher=3,
        opened_at=NOW - 4000,
        model=tag("model"),
        scope=SCOPE,
        card_digest=digest("card run"),
        code_digest=tag("code"),
        container_digest=tag("container"),
        inputs=(
            Input(tag("dataset A"), 2, tag("consent A"), 2),
            Input(tag("dataset B"), 1, tag("consent B"), 1),
            Input(tag("dataset C"), 2, tag("consent C"), 4),
        ),
        rounds=(
            Round(
                100,
                NOW - 3900,
                (
                    Answer(0, 1, tag("update 1A"), 0, 0, NOW - 3800),
                    Answer(1, 2, tag("update 1B"), 0, 0, NOW - 3850),
                    Answer(2, 4, NONE, 4, 0, NOW - 3800),
                ),
                tag("aggregate 1"),
                NOW - 3700,
            ),
            Round(
                50,
                NOW - 3600,
                (Answer(0, 1, tag("update 2A"), 0, 7, NOW - 3500), Answer(2, 4, NONE, 1, 6, NOW - 3510)),
                tag("aggregate 2"),
                NOW - 3400,
            ),
            Round(0, NOW - 3390, (Answer(1, 2, NONE, 6, 0, NOW - 3380),), NONE, NOW - 3370),
        ),
        outcome=1,
        result_digest=tag("result"),
        closed_at=NOW - 3300,
    )


def _model_versions() -> tuple[ModelVersion, ...]:
    return (
        _model_version("import", 1, NOW - 8800, NONE, (), lifecycle=3),
        _model_version("base version", 2, NOW - 7000, tag("base run"), (tag("import"),)),
        _model_version(
            *("version", 3, NOW - 3000, tag("run"), (tag("base version"), tag("import"))),
            lifecycle=2,
            for_sale=True,
            recalls=1,
        ),
    )


def _model_version(
    name: str, number: int, published_at: int, run: bytes, parents: tuple[bytes, ...], **fields: Any
) -> ModelVersion:
    return ModelVersion(
        **usual_with(
            {
                "id": tag(name),
                "model": tag("model"),
                "publisher": 3,
                "number": number,
                "published_at": published_at,
                "run": run,
                "artifact_digest": tag(f"artifact {number}"),
                "card_digest": digest(f"card {name}"),
                "parents": parents,
                "lifecycle": 1,
                "for_sale": False,
                "recalls": 0,
            },
            fields,
        )
    )


def _recalls() -> tuple[Recall, ...]:
    """One that stands, and two that were lifted."""
    return (
        Recall(tag("recall by agency"), SUBJECT, 5, 2, digest("notice of the agency"), NONE, NOW - 900, 0, (1, 4, 300)),
        Recall(
            *(tag("recall by publisher"), SUBJECT, 3, 0, digest("notice of the publisher"), tag("fixed version")),
            *(NOW - 800, NOW - 700, ()),
        ),
        Recall(
            *(tag("recall of the base"), tag("base version"), 5, 1, digest("notice of the base"), NONE),
            *(NOW - 600, NOW - 500, (2,)),
        ),
    )
