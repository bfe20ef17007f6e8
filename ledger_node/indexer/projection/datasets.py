"""Datasets, their versions, streams."""

from __future__ import annotations

from ledger_node.indexer.projection.fact import Args, Fact, Projection, scope


def _dataset_registered(a: Args) -> list[Fact]:
    dataset = {
        "id": a["dataset"],
        "custodian": a["custodian"],
        "number": a["number"],
        "card_digest": a["cardDigest"],
    }
    return [("dataset", dataset)]


def _dataset_version_published(a: Args) -> list[Fact]:
    p = a["publication"]
    version = {
        "dataset": a["dataset"],
        "number": a["number"],
        "published_at": a["publishedAt"],
        "root": p["root"],
        "card_digest": p["cardDigest"],
        "attestation_digest": p["attestationDigest"],
        "options": p["options"],
        "size_class": p["sizeClass"],
        "claim": p["claim"],
        "supersession": p["supersession"],
        "opt_out_checked_at": p["optOutCheckedAt"],
    }
    return [("dataset_version", version)]


def _dataset_version_derived(a: Args) -> list[Fact]:
    child = {"dataset": a["dataset"], "number": a["number"]}
    parents = [
        (
            "dataset_parent",
            {
                **child,
                "position": position,
                "parent": parent["dataset"],
                "version": parent["version"],
                "consent": parent["consent"],
            },
        )
        for position, parent in enumerate(a["parents"])
    ]
    return [("derivation", {**child, **scope(a["scope"])}), *parents]


def _dataset_erasure_recorded(a: Args) -> list[Fact]:
    erasure = {
        "dataset": a["dataset"],
        "version": a["version"],
        "receipt_digest": a["receiptDigest"],
        "erased_at": a["at"],
    }
    return [("erasure", erasure)]


def _stream_registered(a: Args) -> list[Fact]:
    return [("stream", {"id": a["stream"], "custodian": a["custodian"], "device_class": a["deviceClass"]})]


def _stream_anchored(a: Args) -> list[Fact]:
    return [("anchor", {"stream": a["stream"], "size": a["size"], "root": a["root"], "anchored_at": a["at"]})]


PROJECTIONS: dict[str, Projection] = {
    "DatasetRegistered": _dataset_registered,
    "DatasetVersionPublished": _dataset_version_published,
    "DatasetVersionDerived": _dataset_version_derived,
    "DatasetErasureRecorded": _dataset_erasure_recorded,
    "StreamRegistered": _stream_registered,
    "StreamAnchored": _stream_anchored,
}
