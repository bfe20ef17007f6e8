"""The events of a consortium at work: families of models, one dataset that a thousand versions lean on, and one version
that leans on a thousand facts.

A family is a publisher's model over five generations, each trained on what two hospitals have. Every other kind of fact
comes now and then: derived datasets, superseded, suspended and revoked consents, recalls, streams. The ids are hashes,
as on a chain, so that what belongs together is nowhere together in the index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger_node.domain.codes import Operation
from ledger_node.domain.word import NOTHING

Made = tuple[str, dict[str, Any]]  # an event's name and its arguments

HOSPITALS = range(1, 21)
PUBLISHERS = range(21, 31)
REGULATOR = 31
GENERATIONS = 5
BEGAN = 1_700_000_000
FAR = 1_000_000_000  # seconds that a consent lasts
SCOPE = {"purposes": 129, "regions": 0, "condition": 0, "projectRef": NOTHING}
TRAIN = int(Operation.TRAIN)


def id_of(*words: object) -> str:
    return "0x" + hashlib.sha256(repr(words).encode()).hexdigest()


def key_of(organisation: int) -> str:
    return id_of("key", organisation)[:42]


@dataclass(frozen=True, slots=True)
class Held:
    """A dataset's version and the consent for it."""

    dataset: str
    version: int
    consent: str

    def input(self) -> dict[str, Any]:
        return {"dataset": self.dataset, "version": self.version, "consent": self.consent, "operation": TRAIN}


def founding() -> Iterator[Made]:
    for number in (*HOSPITALS, *PUBLISHERS, REGULATOR):
        admitted = {"organisation": number, "name": f"Organisation {number}", "admin": key_of(number)}
        capabilities = 1 if number in HOSPITALS else 2 if number in PUBLISHERS else 4
        yield "OrganisationAdmitted", {**admitted, "capabilities": capabilities, "forProfit": number % 3 == 0}


def dataset(held: Held, custodian: int, number: int) -> Iterator[Made]:
    by = {"operator": key_of(custodian)}
    fields = {"dataset": held.dataset, "custodian": custodian, "number": number, "cardDigest": id_of("card", held)}
    yield "DatasetRegistered", {**fields, **by}
    for version in range(1, held.version + 1):
        yield published(held.dataset, version, custodian)


def published(dataset: str, version: int, custodian: int) -> Made:
    publication = {
        "root": id_of("root", dataset, version),
        "cardDigest": id_of("card", dataset, version),
        "attestationDigest": id_of("attestation", dataset, version),
        "options": 3,
        "sizeClass": 4,
        "claim": 1,
        "supersession": 0,
        "optOutCheckedAt": BEGAN,
    }
    fields = {"dataset": dataset, "number": version, "publishedAt": BEGAN, "publication": publication}
    return "DatasetVersionPublished", {**fields, "operator": key_of(custodian)}


def derived(dataset: str, version: int, custodian: int, parents: list[Held]) -> Made:
    named = [{"dataset": one.dataset, "version": one.version, "consent": one.consent} for one in parents]
    fields = {"dataset": dataset, "number": version, "scope": SCOPE, "parents": named}
    return "DatasetVersionDerived", {**fields, "operator": key_of(custodian)}


def consent(held: Held, grantor: int, grantee: int, supersedes: str = NOTHING, lasts: int = FAR) -> Made:
    terms = {
        "dataset": held.dataset,
        "grantee": grantee,
        "versionFrom": 1,
        "versionTo": 0,
        "basis": 0,
        "permission": 2,
        "modifiers": 1 << 16,
        "operations": 31,
        **SCOPE,
        "regions": 1 << 39,
        "deidentification": 3,
        "notBefore": BEGAN,
        "expiresAt": BEGAN + lasts,
        "maxRounds": 100,
        "epsilonBudget": 5_000_000,
        "policyDigest": id_of("policy", held.consent),
        "request": NOTHING,
        "supersedes": supersedes,
    }
    issued = {"consent": held.consent, "grantor": grantor, "issuedAt": BEGAN, "terms": terms}
    return "ConsentIssued", {**issued, "roundsUsed": 0, "epsilonSpent": 0, "operator": key_of(grantor)}


def run(run: str, model: str, publisher: int, inputs: list[Held], rounds: int = 0) -> Iterator[Made]:
    by = {"operator": key_of(publisher)}
    opening = {
        "model": model,
        "scope": SCOPE,
        "cardDigest": id_of("card", run),
        "codeDigest": id_of("code", run),
        "containerDigest": NOTHING,
    }
    told = {"publisher": publisher, "openedAt": BEGAN, "opening": opening, "inputs": [one.input() for one in inputs]}
    yield "RunOpened", {"run": run, **told, **by}
    for number in range(1, rounds + 1):
        yield "RoundOpened", {"run": run, "round": number, "epsilon": 250, "openedAt": BEGAN, **by}
        for place, one in enumerate(inputs):
            charged = {"version": one.version, "operation": 16, "purposes": 129, "rounds": 1, "epsilon": 250}
            yield "ConsentUsed", {"consent": one.consent, "subject": run, "recorder": NOTHING[:42], **charged}
            answer = {"input": place, "custodian": 1 + place, "updateDigest": id_of("update", run, place), "at": BEGAN}
            yield "ContributionRecorded", {"run": run, "round": number, "consentState": 0, **answer, **by}
        closing = {"aggregateDigest": id_of("sum", run), "contributions": len(inputs), "refusals": 0}
        yield "RoundClosed", {"run": run, "round": number, **closing, "closedAt": BEGAN, **by}
    yield "RunClosed", {"run": run, "outcome": 1, "resultDigest": id_of("result", run), "closedAt": BEGAN, **by}


def version(id: str, model: str, number: int, publisher: int, run: str, parents: list[str]) -> Made:
    publication = {"model": model, "run": run, "artifactDigest": id_of("files", id), "cardDigest": id_of("card", id)}
    fields = {"version": id, "publisher": publisher, "number": number, "publishedAt": BEGAN, "parents": parents}
    return "ModelVersionPublished", {**fields, "publication": publication, "operator": key_of(publisher)}


def model(id: str, publisher: int, number: int) -> Made:
    fields = {"model": id, "publisher": publisher, "number": number, "cardDigest": id_of("card", id)}
    return "ModelRegistered", {**fields, "operator": key_of(publisher)}


def youngest(family: int) -> str:
    """The model version at the end of a family, with four generations before it."""
    return id_of("version", family, GENERATIONS)


def consent_of(family: int) -> str:
    return id_of("consent", family, 0)


def family(number: int) -> Iterator[Made]:
    publisher = PUBLISHERS[number % len(PUBLISHERS)]
    hospitals = [HOSPITALS[(number + place) % len(HOSPITALS)] for place in (0, 7)]
    held = [Held(id_of("dataset", number, place), 1 + place, id_of("consent", number, place)) for place in (0, 1)]
    for place, (one, hospital) in enumerate(zip(held, hospitals, strict=True)):
        yield from dataset(one, hospital, 2 * number + place + 1)
    if number % 3 == 0:
        yield derived(held[1].dataset, 1, hospitals[1], held[:1])
    first = id_of("first consent", number)
    if number % 7 == 0:
        yield consent(Held(held[0].dataset, 1, first), hospitals[0], publisher)
        yield _act("ConsentRevoked", first, hospitals[0], reason=1)
    for one, hospital in zip(held, hospitals, strict=True):
        carries_on = number % 7 == 0 and one is held[0]
        yield consent(one, hospital, publisher, first if carries_on else NOTHING)
    trained = id_of("model", number)
    yield model(trained, publisher, number)
    parents: list[str] = []
    for generation in range(1, GENERATIONS + 1):
        made, by = id_of("run", number, generation), id_of("version", number, generation)
        yield from run(made, trained, publisher, held, rounds=1)
        yield version(by, trained, generation, publisher, made, parents)
        yield "ModelVersionReleased", {"version": by, "forSale": generation == 2, "at": BEGAN, "operator": "0x"}
        parents = [by]
    if number % 9 == 0:
        recall = id_of("recall", number)
        notice = {"severity": 2, "noticeDigest": id_of("notice", number), "replacement": NOTHING, "at": BEGAN}
        yield "RecallIssued", {"recall": recall, "version": parents[0], "issuer": publisher, **notice, "operator": "0x"}
        read = {"recall": recall, "organisation": hospitals[0], "at": BEGAN, "operator": "0x"}
        yield "RecallAcknowledged", read
    if number % 11 == 0:
        yield _act("ConsentRevoked", held[1].consent, hospitals[1], reason=number % 4)
    if number % 13 == 0:
        yield _act("ConsentSuspended", held[0].consent, hospitals[0], reason=number % 4, until=0)
    stream = id_of("stream", number)
    yield "StreamRegistered", {"stream": stream, "custodian": hospitals[0], "deviceClass": 1, "operator": "0x"}
    for size in (128, 256, 384):
        yield (
            "StreamAnchored",
            {"stream": stream, "size": size, "root": id_of(stream, size), "at": BEGAN, "operator": "0x"},
        )


def _act(name: str, consent: str, actor: int, **more: int) -> Made:
    return name, {"consent": consent, "actor": actor, "at": BEGAN + 1, **more, "operator": key_of(actor)}
