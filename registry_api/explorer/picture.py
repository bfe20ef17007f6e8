"""The lineage of a model version as a picture: pure, facts in, SVG out. It carries its own colours, light and dark."""

from __future__ import annotations

from collections import Counter
from xml.sax.saxutils import escape

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.lineage import Lineage
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.training import Run
from registry_api.explorer.ink import STYLE
from registry_api.explorer.layout import MARGIN, Box, Plan, covered, derivations_of, plan
from registry_api.explorer.shapes import Line, bow, curve, detour, group, labelled, line, pill, rectangle, text, tip
from registry_api.explorer.standing import STANDINGS, standing_at
from registry_api.explorer.text import count, fit, records, short, spoken, width
from registry_api.schemas.base import rfc3339

__all__ = ["STYLE", "draw", "summary"]

WORDS = tuple(name.lower() for name in STANDINGS)


def draw(lineage: Lineage) -> str:
    """A self-contained SVG document."""
    at = plan(lineage)
    parts = [
        *_edges(lineage, at),
        *_dataset_versions(lineage, at),
        *_consents(lineage, at),
        *_runs(lineage, at),
        *_versions(lineage, at),
        *_heading(lineage, at),
        *_legend(lineage, at),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{at.width:g}" height="{at.height:g}" '
        f'viewBox="0 0 {at.width:g} {at.height:g}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(_title(lineage))}</title><desc id="desc">{escape(summary(lineage))}</desc>'
        f"<style>{STYLE}</style>"
        f'<rect class="card" x="0.5" y="0.5" width="{at.width - 1:g}" height="{at.height - 1:g}" rx="14"/>'
        f"{''.join(parts)}</svg>\n"
    )


def summary(lineage: Lineage) -> str:
    """The picture in words."""
    states = _standings(lineage)
    count_of = Counter(states.values())
    tally = ", ".join(f"{count_of[word]} {word}" for word in WORDS if count_of[word])
    hospitals = sorted({lineage.name_of(dataset.custodian) for dataset in lineage.datasets})
    parents = len(lineage.model_versions) - 1
    recalled = [one.number for one in lineage.model_versions if one.recalls]
    imported = sum(one.run is None for one in lineage.model_versions)
    if not lineage.runs:
        return f"An imported version: nothing is known here of its data. As of {_moment(lineage)}." + _recalled(
            recalled
        )
    return (
        f"{count(len(lineage.dataset_versions), 'dataset version', 'dataset versions')} of "
        f"{count(len(hospitals), 'hospital', 'hospitals')} ({', '.join(hospitals)}), used under "
        f"{count(len(states), 'consent', 'consents')} ({tally}) in {count(len(lineage.runs), 'run', 'runs')}"
        + (f", with {count(parents, 'earlier version', 'earlier versions')} it builds on" if parents else "")
        + (f", {imported} of them imported" if imported else "")
        + f". As of {_moment(lineage)}."
        + _recalled(recalled)
    )


def _standings(lineage: Lineage) -> dict[str, str]:
    """How each consent in use stands at the block's time, one of WORDS."""
    used, now = lineage.consents_in_use(), lineage.as_of.timestamp
    return {one.id: standing_at(one, now).lower() for one in lineage.consents if one.id in used}


def _moment(lineage: Lineage) -> str:
    return f"block {lineage.as_of.number:,}, {spoken(lineage.as_of.timestamp)}"


def _recalled(numbers: list[int]) -> str:
    if not numbers:
        return ""
    named = ", ".join(str(number) for number in sorted(numbers))
    return f" A recall stands of version {named}."


def _title(lineage: Lineage) -> str:
    subject = next(one for one in lineage.model_versions if one.id == lineage.version)
    return f"Where version {subject.number} of a model by {lineage.name_of(subject.publisher)} comes from"


def _heading(lineage: Lineage, at: Plan) -> list[str]:
    title, size = fit(_title(lineage), at.width - 2 * MARGIN, (19, 17, 15))
    under = f"As of block {lineage.as_of.number:,} · {spoken(lineage.as_of.timestamp)}"
    heads = ["Hospitals and their datasets", "Consents", "Training runs", "Model versions"]
    return [
        text(MARGIN, 42, title, size, "ink strong"),
        text(MARGIN, 65, under, 12.5, "soft"),
        *(text(x, 100, head, 12.5, "soft strong") for x, head in zip(at.columns, heads, strict=False)),
    ]


def _legend(lineage: Lineage, at: Plan) -> list[str]:
    states = list(_standings(lineage).values())
    x, y, parts = float(MARGIN), at.height - 30, []
    for word in WORDS:
        if word not in states:
            continue
        label = f"{states.count(word)} {word}"
        wide = width(label, 12) + 34
        parts.append(pill(x, y - 12, wide, word, label))
        x += wide + 10
    if len(lineage.model_versions) > 1:
        parts.append(f'<path class="parent" stroke-width="2.5" d="M{x + 10:g} {y:g}h30"/>')
        parts.append(text(x + 48, y + 4, "builds on", 12, "soft"))
        x += 120
    if derivations_of(lineage):
        parts.append(f'<path class="edge" stroke-width="1.6" d="M{x + 10:g} {y:g}h30"/>')
        parts.append(text(x + 48, y + 4, "derived into", 12, "soft"))
    return parts


def _dataset_versions(lineage: Lineage, at: Plan) -> list[str]:
    holder = {dataset.id: lineage.name_of(dataset.custodian) for dataset in lineage.datasets}
    parts = []
    for one in lineage.dataset_versions:
        box, name = at.dataset_versions[one.dataset, one.number], holder[one.dataset]
        under = f"{short(one.dataset)} · version {one.number}"
        about = f"{name}: dataset {one.dataset}, version {one.number}, {records(one.size_class.name)} records"
        lines: list[Line] = [(name, (13.5, 12.5, 11.5), "ink strong"), (under, (12,), "soft mono")]
        parts.append(labelled(box, "dataset", about, lines))
    return parts


def _consents(lineage: Lineage, at: Plan) -> list[str]:
    parts = []
    states = _standings(lineage)
    for one in (one for one in lineage.consents if one.id in states):
        box, word = at.consents[one.id], states[one.id]
        about = f"Consent {one.id} of {lineage.name_of(one.grantor)}: {word}"
        wide = width(word.upper(), 10.5) + 32
        parts.append(
            group(
                about,
                rectangle(box, "box-consent"),
                pill(box.x + 9, box.y + 7, wide, word, word.upper(), size=10.5, height=17),
                text(box.x + 12, box.y + 40, short(one.id), 12, "soft mono"),
            )
        )
    return parts


def _runs(lineage: Lineage, at: Plan) -> list[str]:
    parts = []
    for one in lineage.runs:
        operation = _operations(one)
        outcome = one.outcome.name.capitalize()
        about = f"Run {one.id} by {lineage.name_of(one.publisher)}: {operation}, {len(one.rounds)} rounds, {outcome}"
        lines: list[Line] = [
            (f"{operation}, {count(len(one.rounds), 'round', 'rounds')}", (13.5, 12.5, 11.5), "ink strong"),
            (short(one.id), (12,), "soft mono"),
            (f"{outcome} · {count(len(one.inputs), 'input', 'inputs')}", (12,), "soft"),
        ]
        parts.append(labelled(at.runs[one.id], "run", about, lines))
    return parts


def _operations(run: Run) -> str:
    """`Train, test`: what the inputs were used for, each once."""
    names = dict.fromkeys((one.operation.name or "").replace("_", "-").lower() for one in run.inputs)
    return ", ".join(names).capitalize()


def _life(version: ModelVersion) -> str:
    """What became of a version, the gravest first; empty when it was published and no more."""
    if version.recalls:
        return "recalled"
    if version.lifecycle is Lifecycle.PUBLISHED:
        return ""
    return (
        "for sale" if version.lifecycle is Lifecycle.RELEASED and version.for_sale else version.lifecycle.name.lower()
    )


def _versions(lineage: Lineage, at: Plan) -> list[str]:
    parts = []
    for one in lineage.model_versions:
        subject = one.id == lineage.version
        ink, soft = ("on-subject", "soft-on-subject") if subject else ("ink", "soft")
        publisher, life = lineage.name_of(one.publisher), _life(one)
        about = (
            f"Model {one.model}, version {one.number} by {publisher}, published {rfc3339(one.published_at)}"
            f"{'' if one.run else ', imported'}{f', {life}' if life else ''}: {one.id}"
        )
        lines: list[Line] = [
            (f"Version {one.number}" + (f", {life}" if life else ""), (15, 13.5), f"{ink} strong"),
            (short(one.id), (12,), f"{soft} mono"),
            (publisher if one.run else f"imported by {publisher}", (12, 11), soft),
        ]
        parts.append(labelled(at.versions[one.id], "subject" if subject else "version", about, lines))
    return parts


def _edges(lineage: Lineage, at: Plan) -> list[str]:
    states = _standings(lineage)
    parts = [
        curve(at.dataset_versions[dataset, version], at.consents[consent], f"edge edge-{states[consent]}")
        for dataset, version, consent in sorted(covered(lineage))
        if (dataset, version) in at.dataset_versions
    ]
    for parent, derived in derivations_of(lineage):
        target = at.dataset_versions[derived]
        parts += [bow(at.dataset_versions[parent], target, "edge"), tip(target, "tip")]
    for run in lineage.runs:
        box = at.runs[run.id]
        meeting = Box(at.columns[2] - 22, box.y, 0, box.height)
        consents = sorted({i.consent for i in run.inputs}, key=lambda key: states[key] != "active")
        parts += [curve(at.consents[key], meeting, f"edge edge-{states[key]}") for key in consents]
        parts += [line(meeting.x, box.middle, box.x - 7, "edge", 1.6 + min(len(consents), 8) * 0.25), tip(box, "tip")]
    for one in lineage.model_versions:
        box = at.versions[one.id]
        if one.run is not None:
            parts += [curve(at.runs[one.run], box, "edge", 2.2, short_of=7), tip(box, "tip")]
        known = [at.versions[parent] for parent in one.parents if parent in at.versions]
        for place, earlier in enumerate(known):
            port = Box(box.x, box.y, 0, 2 * (6 + (place + 0.5) * 24 / len(known)))
            parts += [detour(earlier, port), tip(port, "parent-tip")]
    return parts
