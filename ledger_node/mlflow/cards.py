"""The public card of a model version, from the model's own card, a file, and what MLflow knows.

Taken from MLflow: the tags of `TAGS`, metrics of which it is known what they were measured on, parameters that were
named, the ids of run and version, and the commit. What MLflow does not know is never made up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from ledger_node.cards import Named, declared, require_card
from ledger_node.client.inputs import Json
from ledger_node.errors import InvalidField
from ledger_node.mlflow.registered import COMMIT, CONTEXTS, LoggedMetric, LoggedRun, RegisteredVersion

FORMAT = Named("model-card", 1).format
#: What a model's card says of one of its versions only.
OF_A_VERSION = ("artifactDigest", "metrics", "change")
#: Tags that people write for the card, on the version or, for all of its versions, on the registered model.
TAGS = {
    "medledger.title": ("title",),
    "medledger.intended-use": ("intendedUse",),
    "medledger.limitations": ("limitations",),
    "medledger.change-kind": ("change", "kind"),
    "medledger.change-summary": ("change", "summary"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A card, and the names of the metrics that did not get into it."""

    card: Json
    left_out: tuple[str, ...]


def version_card(
    base: Mapping[str, object],
    stated: Mapping[str, object],
    tags: Mapping[str, str],
    run: LoggedRun,
    version: RegisteredVersion,
    artifact_digest: str,
    by: str,
    parameters: Iterable[str] = (),
) -> Made:
    """`base` is the model's card, `stated` what a file says for this version, `tags` those of version and model.

    A metric in `stated` without a value gets MLflow's. `by` is who measured what MLflow has, by its legal name.
    InvalidField, InvalidDocument.
    """
    card: Json = {name: value for name, value in _typed(base).items() if name not in OF_A_VERSION}
    card |= {name: value for name, value in stated.items() if name != "metrics"}
    for tag, path in TAGS.items():
        if tag in tags:
            _put(card, path, tags[tag])
    for name in ("title", "intendedUse"):
        if name not in card:
            tag = next(tag for tag, path in TAGS.items() if path == (name,))
            raise InvalidField(
                f"nothing says the card's {name}",
                got="nothing",
                needed=f"the tag {tag}, or --card, or the model's own card",
            )
    stated_metrics = _stated(stated, run, by)
    said = [_measure(one) for one in stated_metrics]
    found = [_metric(one, run, by) for one in run.metrics]
    metrics = stated_metrics + [one for one in found if one is not None and _measure(one) not in said]
    card |= {"format": FORMAT, "artifactDigest": artifact_digest, "x-mlflow": _origin(run, version, parameters)}
    if metrics:
        card["metrics"] = metrics
    require_card("model-card", card)
    told = {one.get("name") for one in metrics}
    return Made(card, tuple(sorted({one.name for one in run.metrics} - told)))


def _typed(base: Mapping[str, object]) -> Mapping[str, object]:
    """Of an untyped card nothing is taken: nobody knows what its words mean."""
    said = declared(base)
    return base if said is not None and said[0] == "model-card" else {}


def _put(card: Json, path: tuple[str, ...], value: str) -> None:
    for name in path[:-1]:
        inner = card.get(name)
        card[name] = dict(inner) if isinstance(inner, dict) else {}
        card = cast(Json, card[name])
    card[path[-1]] = value


def _metric(metric: LoggedMetric, run: LoggedRun, by: str) -> Json | None:
    """None when it is not known what it was measured on, or it is no number."""
    on = run.measured_on(metric)
    if on is None or on.used is None or not math.isfinite(metric.value):
        return None
    data = {"dataset": on.used[0], "version": on.used[1], **({"split": on.context} if on.context in CONTEXTS else {})}
    return {"name": metric.name, "value": metric.value, "data": [data], "by": by}


def _stated(stated: Mapping[str, object], run: LoggedRun, by: str) -> list[Json]:
    """Those that the file names; their values from MLflow where the file has none."""
    entries = stated.get("metrics", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise InvalidField(
            "the metrics of the card file cannot be read", got="something else", needed="a list of objects"
        )
    made = []
    for place, entry in enumerate(entries):
        complete = {"by": by, **entry}
        if "value" not in complete:
            value = _value(entry, run)
            if value is None:
                raise InvalidField(
                    "a metric of the card file has no value, and MLflow has none of that name on that data",
                    got=f"metrics[{place}]",
                    needed="a value, or a metric of that name, measured on that data or on none that MLflow knows",
                )
            complete["value"] = value
        made.append(complete)
    return made


def _value(entry: Json, run: LoggedRun) -> float | None:
    """That of the measure on just this data, else of one of which MLflow knows no data; None when there is neither."""
    linked = {str(_measure(one)): one["value"] for one in (_metric(one, run, "") for one in run.metrics) if one}
    loose = {one.name: one.value for one in run.metrics if one.dataset is None and math.isfinite(one.value)}
    found = linked.get(str(_measure(entry)), loose.get(str(entry.get("name"))))
    return found if isinstance(found, float) else None


def _measure(metric: Json) -> tuple[object, list[str]]:
    """What was measured on what, however its split is called."""
    data = metric.get("data")
    on = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    return metric.get("name"), sorted(f"{one.get('dataset')}/{one.get('version')}" for one in on)


def _origin(run: LoggedRun, version: RegisteredVersion, parameters: Iterable[str]) -> Json:
    """Where it is in MLflow. InvalidField for a parameter that MLflow's run has not."""
    values = {}
    for name in sorted(parameters):
        if name not in run.parameters:
            raise InvalidField(
                "MLflow's run has no such parameter", got=f"a name of {len(name)} characters", needed="one that it has"
            )
        values[name] = run.parameters[name]
    origin: Json = {"run": run.id, "version": version.number}
    commit = run.tags.get(COMMIT, "")
    if re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", commit):
        origin["commit"] = commit
    if values:
        origin["parameters"] = values
    return origin
