"""The data behind a version: which, whose, from where, how de-identified, how independent, how representative."""

from __future__ import annotations

from collections import defaultdict

from ledger_node.domain.codes import Operation
from ledger_node.domain.dataset import options_of
from ledger_node.domain.training import TRAINING_OPERATIONS
from registry_api.questions.material import Material, name_of
from registry_api.questions.stating import NOT_ASKED, Missing, Said, attested, event, verified
from registry_api.schemas.base import rfc3339

EVALUATING = (Operation.VALIDATE, Operation.TEST)


def which_data(m: Material) -> Said:
    """1: what trained, validated and tested the version and its parents."""
    made: dict[str | None, list[str]] = defaultdict(list)  # by run, which may have made several
    for one in m.lineage.model_versions:
        made[one.run].append(one.id)
    for run in m.lineage.runs:
        for used in run.inputs:
            value = {
                "datasetVersion": f"{used.dataset}/{used.version}",
                "consent": used.consent,
                "run": run.id,
                "modelVersions": made[run.id],
            }
            source = event("training.RunOpened", run.id, run.at)
            yield verified(f"dataset version used to {used.operation.name}", value, run.publisher, source)
    for version in m.lineage.dataset_versions:
        if version.derivation:
            parents = [f"{one.dataset}/{one.version}" for one in version.derivation.parents]
            source = event("datasets.DatasetVersionDerived", name_of(version), version.at)
            yield verified("dataset version derived from", parents, m.custodian(version.dataset), source)
    for imported in made[None]:
        yield Missing(f"data behind {imported}", "it is an import: it names no run, and no use was checked here")
    done = {used.operation for run in m.lineage.runs for used in run.inputs}
    for operation in EVALUATING:
        if operation not in done:
            why = "no run behind the version used a dataset version for it under a consent"
            yield Missing(f"dataset versions to {operation.name}", why)


def whose_data(m: Material) -> Said:
    """2: custodian, origin, period, devices, original purpose, selection, labelling."""
    for version, card in m.dataset_cards():
        custodian = m.custodian(version.dataset)
        registered = event("datasets.DatasetRegistered", version.dataset, m.datasets[version.dataset].at)
        published = event("datasets.DatasetVersionPublished", name_of(version), version.at)
        yield verified("custodian", m.lineage.name_of(custodian), custodian, registered)
        yield attested("size class", version.size_class.name, custodian, published)
        yield from card.says("name", "/name")
        for part in ("source", "period", "devices", "purpose", "selection", "labelling"):
            yield from card.says(_ORIGIN[part], f"/origin/{part}")


_ORIGIN = {
    "source": "origin",
    "period": "years of collection",
    "devices": "devices",
    "purpose": "original purpose",
    "selection": "selection of records",
    "labelling": "labelling",
}


def deidentification(m: Material) -> Said:
    """6: profile, pixel method, quality sample."""
    for version, account in m.attestations():
        custodian = m.custodian(version.dataset)
        source = event("datasets.DatasetVersionPublished", name_of(version), version.at)
        yield attested("claim", version.claim.name, custodian, source)
        yield attested("de-identification options (CID 7050)", options_of(version.options), custodian, source)
        yield from account.says("rules of entry", "/entryRule")
        yield from account.says("tools with their digests", "/tools")
        yield from account.says("sample that a person checked", "/review")
        if account.at("/kind") in ("TABLE_ROW", "FHIR_RESOURCE"):
            yield Missing(f"pixel method: {name_of(version)}", "its records are no images")
        else:
            yield from account.says("de-identification run, pixel method included", "/deidentification")


def independence(m: Material) -> Said:
    """7: are training and test data independent?"""
    uses: dict[bool, set[tuple[str, int]]] = defaultdict(set)
    for run in m.lineage.runs:
        for used in run.inputs:
            uses[used.operation in TRAINING_OPERATIONS].add((used.dataset, used.version))
    source = event("models.ModelVersionPublished", m.subject.id, m.subject.at)
    if uses[False]:
        both = [f"{dataset}/{number}" for dataset, number in sorted(uses[True] & uses[False])]
        yield verified("dataset versions used both to train and to evaluate", both, m.subject.publisher, source)
        shared = sorted(_behind(m, uses[True]) & _behind(m, uses[False]))
        statement = "datasets behind both, in the same version, in different ones or by derivation"
        yield verified(statement, shared, m.subject.publisher, source)
        if shared:
            why = "the ledger holds a root of a version's records, and no record: ask the custodian to compare them"
            yield Missing("which records of these datasets stand on both sides", why)
    else:
        why = "nothing was used under a consent for it; what the cards say of splits inside a version is all there is"
        yield Missing("dataset versions to evaluate on", why)
    for _, card in m.run_cards():
        yield from card.says("what never stands in both splits", "/splits/unit")
        yield from card.says("independence of the splits", "/splits/independence")
        yield from card.says("how the independence was checked", "/splits/checked")
    why = "records of different hospitals carry no common name: an overlap of patients cannot be seen on the ledger"
    yield Missing("that no patient stands in two hospitals' data", why)


def _behind(m: Material, used: set[tuple[str, int]]) -> set[str]:
    """The datasets of these versions, and of all that they were derived from."""
    known = {(one.dataset, one.number): one for one in m.lineage.dataset_versions}
    found, waiting = set(used), list(used)
    while waiting:
        derivation = known[waiting.pop()].derivation
        parents = {(one.dataset, one.version) for one in derivation.parents} if derivation else set()
        waiting += parents - found
        found |= parents
    return {dataset for dataset, _ in found}


def representation(m: Material) -> Said:
    """8: strata, known gaps, bias analysis."""
    for version, card in m.dataset_cards():
        source = event("datasets.DatasetVersionPublished", name_of(version), version.at)
        yield attested("size class", version.size_class.name, m.custodian(version.dataset), source)
        yield from card.lists("stratum", "/composition/strata")
        yield from card.lists("known gap", "/composition/gaps")
        yield from card.says("bias analysis", "/composition/biasAnalysis")


def withdrawals(m: Material) -> Said:
    """18: withdrawals and erasures, with their evidence."""
    for version in m.lineage.dataset_versions:
        custodian, record = m.custodian(version.dataset), name_of(version)
        source = event("datasets.DatasetVersionPublished", record, version.at)
        lowest = m.lineage.lowest[version.dataset]
        value: dict[str, object] = {
            "superseded": version.number < lowest,
            "lowestUsable": lowest,
            "newest": m.lineage.latest[version.dataset],
        }
        yield verified("superseded for a withdrawal", value, custodian, source)
        if version.opt_out_checked_at:
            checked = rfc3339(version.opt_out_checked_at)
            yield attested("opt-outs applied at", checked, custodian, source)
        else:
            yield Missing(f"when opt-outs were applied: {record}", "the custodian stated no such check")
    for dataset in m.datasets:
        if dataset not in m.erasures:
            yield Missing(f"erasures: {dataset}", NOT_ASKED)
            continue
        for one in m.erasures[dataset]:
            value = {"version": one.version, "receiptDigest": one.receipt_digest, "at": rfc3339(one.erased_at)}
            source = event("datasets.DatasetErasureRecorded", f"{dataset}/{one.version}", one.at)
            yield attested("erasure, by a receipt that names no record", value, m.custodian(dataset), source)
        if not m.erasures[dataset]:
            registered = event("datasets.DatasetRegistered", dataset, m.datasets[dataset].at)
            yield verified("erasures on record", 0, None, registered)
    for consent in m.lineage.consents:
        for entry in consent.log:
            if entry.reason.name in ("WITHDRAWAL_BATCH", "OPT_OUT_BATCH"):
                value = {"consent": consent.id, "act": entry.act.name, "reason": entry.reason.name}
                source = event(f"consents.{EVENTS[entry.act.name]}", consent.id, entry.at)
                yield verified("consent changed for a withdrawal", value, entry.actor, source)
    yield Missing(
        "the withdrawn and erased records", "they are the hospital's to show: nothing on the ledger names one"
    )


#: The event of each act on a consent.
EVENTS = {
    "SUSPENDED_BY_GRANTOR": "ConsentSuspended",
    "SUSPENDED_BY_REGULATOR": "ConsentSuspended",
    "SUSPENDED_BY_VOTE": "ConsentSuspended",
    "REINSTATED_BY_GRANTOR": "ConsentReinstated",
    "REVOKED": "ConsentRevoked",
}
