"""The lineage of a model version as a picture: pure, facts in, SVG out. It carries its own colours, light and dark."""

from __future__ import annotations

from collections import Counter
from xml.sax.saxutils import escape

from ledger_node.domain.codes import Lifecycle
from ledger_node.domain.lineage import Lineage
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.training import Run
from registry_api.explorer.ink import STYLE
from registry_api.explorer.languages import Texts
from registry_api.explorer.layout import MARGIN, Box, Plan, covered, derivations_of, plan
from registry_api.explorer.shapes import Line, bow, curve, detour, group, labelled, line, pill, rectangle, text, tip
from registry_api.explorer.standing import STANDINGS, standing_at, told
from registry_api.explorer.text import fit, short, width

__all__ = ["STYLE", "draw", "summary"]


def draw(lineage: Lineage, t: Texts) -> str:
    """A self-contained SVG document."""
    at = plan(lineage)
    parts = [
        *_edges(lineage, at),
        *_dataset_versions(lineage, at, t),
        *_consents(lineage, at, t),
        *_runs(lineage, at, t),
        *_versions(lineage, at, t),
        *_heading(lineage, at, t),
        *_legend(lineage, at, t),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{at.width:g}" height="{at.height:g}" '
        f'viewBox="0 0 {at.width:g} {at.height:g}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(_title(lineage, t))}</title><desc id="desc">{escape(summary(lineage, t))}</desc>'
        f"<style>{STYLE}</style>"
        f'<rect class="card" x="0.5" y="0.5" width="{at.width - 1:g}" height="{at.height - 1:g}" rx="14"/>'
        f"{''.join(parts)}</svg>\n"
    )


def summary(lineage: Lineage, t: Texts) -> str:
    """The picture in words."""
    states = _standings(lineage)
    recalled = sorted(one.number for one in lineage.model_versions if one.recalls)
    if lineage.runs:
        hospitals = sorted({lineage.name_of(dataset.custodian) for dataset in lineage.datasets})
        said = [
            t(
                "picture.summary",
                versions=t.count("version.data", len(lineage.dataset_versions)),
                hospitals=t.count("picture.hospitals", len(hospitals)),
                names=", ".join(hospitals),
                consents=t.count("version.consents", len(states)),
                tally=", ".join(label for _, label in _tally(states, t)),
                runs=t.count("version.runs", len(lineage.runs)),
            )
        ]
        if parents := len(lineage.model_versions) - 1:
            said.append(t.count("picture.parents", parents))
        if imported := sum(one.run is None for one in lineage.model_versions):
            said.append(t.count("picture.imports", imported))
    else:
        said = [t("picture.imported_alone")]
    said.append(t("picture.as_of", block=t.number(lineage.as_of.number), moment=t.moment(lineage.as_of.timestamp)))
    if recalled:
        said.append(t("picture.recalled", versions=", ".join(map(str, recalled))))
    return " ".join(said)


def _standings(lineage: Lineage) -> dict[str, str]:
    """How each consent in use stands at the block's time, one of STANDINGS."""
    used, now = lineage.consents_in_use(), lineage.as_of.timestamp
    return {one.id: standing_at(one, now) for one in lineage.consents if one.id in used}


def _tally(states: dict[str, str], t: Texts) -> list[tuple[str, str]]:
    """How many consents stand in each way, of those in which any does, in words."""
    count_of = Counter(states.values())
    return [
        (name, t("picture.tally", number=t.number(count_of[name]), state=told(name, t)))
        for name in STANDINGS
        if count_of[name]
    ]


def _title(lineage: Lineage, t: Texts) -> str:
    subject = next(one for one in lineage.model_versions if one.id == lineage.version)
    return t("picture.title", number=str(subject.number), publisher=lineage.name_of(subject.publisher))


def _heading(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    title, size = fit(_title(lineage, t), at.width - 2 * MARGIN, (19, 17, 15))
    under = t("picture.under", block=t.number(lineage.as_of.number), moment=t.moment(lineage.as_of.timestamp))
    heads = [t("picture.head_" + name) for name in ("datasets", "consents", "runs", "versions")]
    return [
        text(MARGIN, 42, title, size, "ink strong"),
        text(MARGIN, 65, under, 12.5, "soft"),
        *(text(x, 100, head, 12.5, "soft strong") for x, head in zip(at.columns, heads, strict=False)),
    ]


def _legend(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    x, y, parts = float(MARGIN), at.height - 30, []
    for name, label in _tally(_standings(lineage), t):
        wide = width(label, 12) + 38
        parts.append(pill(x, y - 12, wide, name.lower(), label))
        x += wide + 10
    if len(lineage.model_versions) > 1:
        parts.append(f'<path class="parent" stroke-width="2.5" d="M{x + 10:g} {y:g}h30"/>')
        label = t("picture.builds_on")
        parts.append(text(x + 48, y + 4, label, 12, "soft"))
        x += 64 + width(label, 12)
    if derivations_of(lineage):
        parts.append(f'<path class="edge" stroke-width="1.6" d="M{x + 10:g} {y:g}h30"/>')
        parts.append(text(x + 48, y + 4, t("picture.derived_into"), 12, "soft"))
    return parts


def _dataset_versions(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    holder = {dataset.id: lineage.name_of(dataset.custodian) for dataset in lineage.datasets}
    parts = []
    for one in lineage.dataset_versions:
        box, name = at.dataset_versions[one.dataset, one.number], holder[one.dataset]
        under = f"{short(one.dataset)} · {t('picture.version', number=str(one.number))}"
        size = t.code("SizeClass", one.size_class.name)
        about = t("picture.about_dataset", name=name, dataset=one.dataset, number=str(one.number), size=size)
        lines: list[Line] = [(name, (13.5, 12.5, 11.5), "ink strong"), (under, (12,), "soft mono")]
        parts.append(labelled(box, "dataset", about, lines))
    return parts


def _consents(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    parts = []
    states = _standings(lineage)
    for one in (one for one in lineage.consents if one.id in states):
        box, word = at.consents[one.id], told(states[one.id], t)
        about = t("picture.about_consent", consent=one.id, name=lineage.name_of(one.grantor), state=word)
        wide = width(word.upper(), 10.5) + 32
        parts.append(
            group(
                about,
                rectangle(box, "box-consent"),
                pill(box.x + 9, box.y + 7, wide, states[one.id].lower(), word.upper(), size=10.5, height=17),
                text(box.x + 12, box.y + 40, short(one.id), 12, "soft mono"),
            )
        )
    return parts


def _runs(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    parts = []
    for one in lineage.runs:
        operations, rounds = _operations(one, t), t.count("runs.rounds", len(one.rounds))
        outcome = _capital(t.code("Outcome", one.outcome.name))
        name = lineage.name_of(one.publisher)
        about = t("picture.about_run", run=one.id, name=name, operations=operations, rounds=rounds, outcome=outcome)
        lines: list[Line] = [
            (f"{operations}, {rounds}", (13.5, 12.5, 11.5), "ink strong"),
            (short(one.id), (12,), "soft mono"),
            (f"{outcome} · {t.count('runs.inputs', len(one.inputs))}", (12, 11, 10.5), "soft"),
        ]
        parts.append(labelled(at.runs[one.id], "run", about, lines))
    return parts


def _operations(run: Run, t: Texts) -> str:
    """`Train, test`: what the inputs were used for, each once."""
    return _capital(
        ", ".join(dict.fromkeys(t("picture.operation_" + (one.operation.name or "")) for one in run.inputs))
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _life(version: ModelVersion, t: Texts) -> str:
    """What became of a version, the gravest first; empty when it was published and no more."""
    if version.recalls:
        return t("page.recalled")
    if version.lifecycle is Lifecycle.PUBLISHED:
        return ""
    is_sold = version.lifecycle is Lifecycle.RELEASED and version.for_sale
    return t("version.sold") if is_sold else t.code("Lifecycle", version.lifecycle.name)


def _versions(lineage: Lineage, at: Plan, t: Texts) -> list[str]:
    parts = []
    for one in lineage.model_versions:
        subject = one.id == lineage.version
        ink, soft = ("on-subject", "soft-on-subject") if subject else ("ink", "soft")
        publisher, life = lineage.name_of(one.publisher), _life(one, t)
        number = _capital(t("picture.version", number=str(one.number)))
        named = f"{number}, {life}" if life else number
        by = publisher if one.run else t("picture.imported_by", name=publisher)
        moment = t.moment(one.published_at)
        of = t("picture.about_version", number=number, model=one.model, by=by, moment=moment)
        about = f"{of}{f', {life}' if life else ''}: {one.id}"
        lines: list[Line] = [
            (named, (15, 13.5), f"{ink} strong"),
            (short(one.id), (12,), f"{soft} mono"),
            (by, (12, 11), soft),
        ]
        parts.append(labelled(at.versions[one.id], "subject" if subject else "version", about, lines))
    return parts


def _edges(lineage: Lineage, at: Plan) -> list[str]:
    states = {key: name.lower() for key, name in _standings(lineage).items()}
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
