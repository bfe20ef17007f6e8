"""Models, their versions, recalls."""

from __future__ import annotations

from ledger_node.domain.codes import Lifecycle
from ledger_node.indexer.projection.fact import Args, Fact, Projection


def _model_registered(a: Args) -> list[Fact]:
    model = {
        "id": a["model"],
        "publisher": a["publisher"],
        "number": a["number"],
        "card_digest": a["cardDigest"],
    }
    return [("model", model)]


def _model_version_published(a: Args) -> list[Fact]:
    p = a["publication"]
    version = {
        "id": a["version"],
        "model": p["model"],
        "publisher": a["publisher"],
        "number": a["number"],
        "published_at": a["publishedAt"],
        "run": p["run"],
        "artifact_digest": p["artifactDigest"],
        "card_digest": p["cardDigest"],
    }
    parents: list[Fact] = [
        ("model_parent", {"version": a["version"], "position": position, "parent": parent})
        for position, parent in enumerate(a["parents"])
    ]
    return [("model_version", version), *parents]


def _step(lifecycle: Lifecycle) -> Projection:
    def project(a: Args) -> list[Fact]:
        step = {
            "version": a["version"],
            "lifecycle": int(lifecycle),
            "for_sale": a.get("forSale", False),
            "stepped_at": a["at"],
        }
        return [("lifecycle_step", step)]

    return project


def _recall_issued(a: Args) -> list[Fact]:
    recall = {
        "id": a["recall"],
        "version": a["version"],
        "issuer": a["issuer"],
        "severity": a["severity"],
        "notice_digest": a["noticeDigest"],
        "replacement": a["replacement"],
        "issued_at": a["at"],
    }
    return [("recall", recall)]


def _recall_acknowledged(a: Args) -> list[Fact]:
    acknowledgement = {"recall": a["recall"], "organisation": a["organisation"], "acknowledged_at": a["at"]}
    return [("acknowledgement", acknowledgement)]


def _recall_lifted(a: Args) -> list[Fact]:
    return [("lift", {"recall": a["recall"], "actor": a["actor"], "lifted_at": a["at"]})]


PROJECTIONS: dict[str, Projection] = {
    "ModelRegistered": _model_registered,
    "ModelVersionPublished": _model_version_published,
    "ModelVersionReleased": _step(Lifecycle.RELEASED),
    "ModelVersionDeprecated": _step(Lifecycle.DEPRECATED),
    "ModelVersionWithdrawn": _step(Lifecycle.WITHDRAWN),
    "RecallIssued": _recall_issued,
    "RecallAcknowledged": _recall_acknowledged,
    "RecallLifted": _recall_lifted,
}
