"""The way of a hospital's data: made clean, prepared, registered, used under a consent, withdrawn, erased."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from ledger_node.client import Client, Input
from ledger_node.client.inputs import Document
from ledger_node.domain.codes import Operation, Outcome
from ledger_node.errors import ConsentRefused, MedLedgerError
from tests.integration.pair import SCOPE, some_digest
from tests.integration.privacy import exports, scans, tables
from tests.integration.privacy.flow import KINDS, Flow, until

CARD = Document({"title": "a model"})


def plant(flow: Flow) -> None:
    sources, canaries = flow.sources, flow.canaries
    scans.images(sources / "images", canaries)
    scans.zipped(sources / "study.zip", canaries)
    scans.pseudonyms(sources / "pseudonyms.csv", canaries)
    for release in ("R4", "R5"):
        exports.export(sources / release, canaries, release)
        exports.consents(sources / f"{release}-consents", canaries, release, but=3)
    exports.opt_outs(sources / "opt-outs.csv", canaries, "R4", [1])
    exports.opt_outs(sources / "opt-outs-later.csv", canaries, "R4", range(1, 16))
    exports.opt_outs(sources / "opt-outs-few.csv", canaries, "R4", range(1, 5))
    for kind in ("csv", "tsv", "parquet"):
        tables.table(sources / f"table.{kind}", canaries)
    tables.refused_tables(sources / "refused", canaries)


def prepare(flow: Flow) -> None:
    sources, clean = flow.sources, flow.private / "clean"
    deidentify = ("dataset", "deidentify")
    flow.hospital.together(
        (*deidentify, sources / "images", "--out", clean / "images", "--key-out", flow.private / "whose.csv"),
        (*deidentify, sources / "study.zip", "--out", clean / "zip", "--pseudonyms", sources / "pseudonyms.csv"),
        *((*deidentify, sources / kind, "--fhir", kind, "--out", clean / kind) for kind in ("R4", "R5")),
    )
    choices: dict[str, tuple[object, ...]] = {
        kind: ("--consents", sources / f"{kind}-consents", "--consents-fhir", kind) for kind in ("R4", "R5")
    }
    choices["R4"] += ("--opt-outs", sources / "opt-outs.csv")
    for kind in ("csv", "tsv", "parquet"):
        choices[kind] = ("--category", "site", "--pseudonym", "code", "--quasi-identifier", "site")
    listed = flow.private / "stays-out"
    listed.mkdir()

    def prepared(kind: str) -> list[object]:
        source = sources / f"table.{kind}" if kind in ("csv", "tsv", "parquet") else clean / kind
        release = ("--fhir", kind) if kind in ("R4", "R5") else ()
        about = ("--out", flow.version(kind), "--subject", f"privacy-{kind}", "--title", "A version")
        return ["dataset", "prepare", source, *about, *release, *choices.get(kind, ()), "--quarantine", listed / kind]

    flow.hospital.together(*map(prepared, KINDS))


def register(flow: Flow) -> None:
    made = flow.hospital.together(*(("dataset", "register", flow.version(kind)) for kind in KINDS))
    flow.datasets = {kind: answer["dataset"] for kind, answer in zip(KINDS, made, strict=True)}
    flow.hospital.shown("dataset", "register", flow.version("R4"))  # for people; nothing is made twice


def use(flow: Flow) -> None:
    """The publisher trains on it under a consent; the hospital answers with an update that stays at home."""
    policy, update = flow.private / "policy.json", flow.private / "update.bin"
    policy.write_text('{"title": "a policy"}')
    update.write_bytes(flow.canaries.word("run: update").encode() + secrets.token_bytes(64))  # its digest is public
    dataset, hospital = flow.datasets["R4"], flow.hospital
    permitted = ("TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS")
    issued = hospital(
        *("consent", "issue", "--dataset", dataset, "--grantee", "Ultrasound Publisher", "--permission", "HMB"),
        *("--purpose", "MLTRAINING", "--until", "30d", "--max-rounds", 3, "--policy", policy),
        *(word for operation in permitted for word in ("--operation", operation)),
    )
    flow.consent = issued["outcome"]["consent"]
    with publisher_of(flow) as publisher:
        until(lambda: known(lambda: publisher.consents.get(flow.consent)))
        model = made(publisher.models.register(CARD), "model")
        opened = made(publisher.runs.open(model, scope=SCOPE, card=CARD, inputs_used=[using(flow, 1)]), "run")
        publisher.runs.open_round(opened)
        until(lambda: known(lambda: hospital("run", "contribute", opened, 1, "--update", update)))
        until(lambda: bool(publisher.runs.get(opened)["rounds"][0]["answers"]))
        publisher.runs.close_round(opened, 1, some_digest())
        publisher.runs.close(opened, Outcome.COMPLETED, result_digest=some_digest())
        publisher.models.publish(model, run=opened, artifact_digest=some_digest(), card=CARD)


def withdraw(flow: Flow) -> None:
    """Fifteen patients withdraw, another one wants to be erased, and the hospital takes its consent back. After
    each the publisher begins nothing new."""
    hospital, later, dataset = flow.hospital, flow.version("R4-later"), flow.datasets["R4"]
    lists = ("--opt-outs", flow.sources / "opt-outs-later.csv")
    hospital("dataset", "refresh", flow.version("R4"), "--out", later, *lists)
    hospital("dataset", "register", later, "--dataset", dataset, "--supersession", "WITHDRAWAL")
    erased = hospital("dataset", "erase", later, "--patient", exports.pseudonym(flow.canaries, "R4", 20))
    hospital("dataset", "erasure", dataset, "--version", 2, "--receipt", erased["receipt"])
    record = f"Observation/{flow.canaries.word('R4: resource id')}-alt-21"
    hospital("dataset", "prove", later, "--record", record)
    with publisher_of(flow) as publisher:
        until(lambda: len(publisher.datasets.get(dataset)["versions"]) == 2)
        refused(flow, publisher, 1)
        hospital("consent", "suspend", flow.consent, "--reason", "OPT_OUT_BATCH")
        hospital("consent", "revoke", flow.consent, "--reason", "WITHDRAWAL_BATCH")
        until(lambda: publisher.consents.get(flow.consent)["state"] == "REVOKED")
        refused(flow, publisher, 2)


def publisher_of(flow: Flow) -> Client:
    member = flow.network.member("publisher")
    return Client(member.url, member.api_keys["publisher"], timeout=30)


def using(flow: Flow, version: int) -> Input:
    return Input(flow.datasets["R4"], version, flow.consent, Operation.TRAIN)


def refused(flow: Flow, publisher: Client, version: int) -> None:
    """The other organisation's node refuses a run, and so does the contract; what it is told is kept."""
    model = made(publisher.models.register(CARD), "model")
    for by_contract in (False, True):
        opening: dict[str, Any] = {
            "card": CARD,
            "inputs_used": [using(flow, version)],
            "contract_check_only": by_contract,
        }
        try:
            publisher.runs.open(model, scope=SCOPE, **opening)
        except ConsentRefused as error:
            flow.answers.append(("refused", repr((error.detail, error.got, error.needed, error.facts)).encode()))
        else:
            raise AssertionError("it was not refused")


def known(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (MedLedgerError, AssertionError):
        return False
    return True


def made(submission: Any, what: str) -> str:
    assert submission["receiptStatus"] == 1, submission
    return str(submission["outcome"][what])
