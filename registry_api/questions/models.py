"""The version itself: its file, its change, its metrics, its standing."""

from __future__ import annotations

from collections.abc import Iterable

from registry_api.questions.data import EVALUATING
from registry_api.questions.documents import Document
from registry_api.questions.material import Material
from registry_api.questions.stating import Missing, Said, attested, event, verified
from registry_api.schemas.base import rfc3339


def which_file(m: Material) -> Said:
    """11: is the file in front of me the registered one?"""
    source = event("models.ModelVersionPublished", m.subject.id, m.subject.at)
    yield attested("digest of the model's files", m.subject.artifact_digest, m.subject.publisher, source)
    if m.run is not None and m.run.result_digest is not None:
        closed = event("training.RunClosed", m.run.id)
        value = {"digest": m.run.result_digest, "equalsTheFiles": m.run.result_digest == m.subject.artifact_digest}
        yield attested("digest of the run's result", value, m.run.publisher, closed)
    card = next(m.model_cards())
    yield from card.says("digest of the model's files in the card", "/artifactDigest")
    why = "the ledger holds digests only: hash the file and compare"
    yield Missing("the file in front of you", why)


def what_changed(m: Material) -> Said:
    """12: what changed; inside the predetermined change plan or a substantial modification?"""
    subject = m.subject
    source = event("models.ModelVersionPublished", subject.id, subject.at)
    value: dict[str, object] = {"number": subject.number, "newest": m.lineage.latest_models[subject.model]}
    yield verified("number of the version within its model", value, subject.publisher, source)
    parents = [one for one in m.lineage.model_versions if one.id in subject.parents]
    for parent in parents:
        value = {"parent": parent.id, "number": parent.number, "sameModel": parent.model == subject.model}
        yield verified("grew from", value, subject.publisher, source)
        before, now = _inputs(m, parent.run), _inputs(m, subject.run)
        if before is not None and now is not None:
            value = {"parent": parent.id, "added": sorted(now - before), "left": sorted(before - now)}
            yield verified("dataset versions that were added and left out", value, subject.publisher, source)
    if not parents:
        yield verified("grew from", [], subject.publisher, source)
    own = next(m.model_cards())
    yield from own.says("change", "/change/kind")
    yield from own.says("summary of the change", "/change/summary")
    if own.at("/baseModel") is None:
        yield own.fact("base model", "none", "/baseModel")
    else:
        yield from own.says("base model", "/baseModel")
    yield from _first(m.model_cards(), "predetermined change plan", "/changePlan")
    yield Missing("whether the change is what its publisher calls it", "that is an assessment, which no ledger makes")


def metrics(m: Material) -> Said:
    """13: which metrics, on which data, by whom, with which interval, for which subgroups?"""
    card = next(m.model_cards())
    if not card.has("/metrics"):
        yield from card.says("metrics", "/metrics")
    for place, metric in enumerate(card.at("/metrics") if card.has("/metrics") else []):
        yield card.fact(f"metric: {metric['name']}", metric, f"/metrics/{place}")
        for part, what in (("interval", "interval"), ("subgroups", "subgroups")):
            if not metric.get(part):
                yield Missing(f"{what} of metric {place}: {m.subject.id}", "the model card does not say")
    for run in m.lineage.runs:
        for used in run.inputs:
            if used.operation in EVALUATING:
                value = {"datasetVersion": f"{used.dataset}/{used.version}", "run": run.id}
                source = event("training.RunOpened", run.id, run.at)
                yield verified(f"dataset version used to {used.operation.name}", value, run.publisher, source)
    yield Missing("that the metrics are right", "nobody but who measured them signs for them; no contract computes one")


def standing(m: Material) -> Said:
    """14: status, recalls, replacement, acknowledgements."""
    subject = m.subject
    source = event("models.ModelVersionPublished", subject.id, subject.at)
    value: dict[str, object] = {"lifecycle": subject.lifecycle.name, "forSale": subject.for_sale}
    yield verified("lifecycle", {**value, "recallsThatStand": subject.recalls}, subject.publisher, source)
    for step in subject.steps:
        name = f"models.ModelVersion{step.lifecycle.name.capitalize()}"
        value = {"lifecycle": step.lifecycle.name, "at": rfc3339(step.stepped_at)}
        yield verified("step of its life", value, subject.publisher, event(name, subject.id, step.at))
    for recall in m.lineage.recalls:
        if recall.version != subject.id:
            continue
        issued = event("models.RecallIssued", recall.id, recall.at)
        value = {"severity": recall.severity.name, "at": rfc3339(recall.issued_at), "stands": recall.stands}
        yield verified("recalled", {**value, "noticeDigest": recall.notice_digest}, recall.issuer, issued)
        if recall.replacement:
            yield verified("replaced by", recall.replacement, recall.issuer, issued)
        else:
            yield Missing(f"replacement: {recall.id}", "the recall names none")
        for one in recall.acknowledgements:
            value = {"organisation": m.lineage.name_of(one.organisation), "at": rfc3339(one.acknowledged_at)}
            read = event("models.RecallAcknowledged", recall.id, one.at)
            yield attested("acknowledged the recall", value, one.organisation, read)
    if not any(recall.version == subject.id for recall in m.lineage.recalls):
        yield verified("recalls", [], None, source)


def _inputs(m: Material, run: str | None) -> set[str] | None:
    return {f"{one.dataset}/{one.version}" for one in m.runs[run].inputs} if run in m.runs else None


def _first(cards: Iterable[Document], statement: str, pointer: str) -> Said:
    """From the first card that says it."""
    found = list(cards)
    card = next((one for one in found if one.has(pointer)), found[0])
    yield from card.says(statement, pointer)
