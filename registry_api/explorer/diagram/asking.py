"""The picture around a model version, a dataset or a consent, as of the block that is looked at, with what
changed in it until now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ledger_node.domain.lineage import Provenance
from registry_api.explorer.diagram.changes import Change, changes
from registry_api.explorer.diagram.drawing import Drawing, draw
from registry_api.explorer.languages import Texts
from registry_api.reading import View
from registry_api.schemas.base import rfc3339


@dataclass(frozen=True, slots=True)
class Picture:
    """As of `time`. `data` is the path of what the script draws, `svg` that of the whole as a file, None where there is
    none. `shown` is the `as_of` of the change that is looked at, empty for now. `file` names what is saved."""

    time: str
    drawing: Drawing
    changes: list[Change]
    shown: str
    data: str
    svg: str | None
    file: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is around: `around` gives what is known there as of a block, `ids_of` its own parts of that. It
    came with the block `since`. `path` is that of its files."""

    id: str
    around: Callable[[str, int], Provenance]
    ids_of: Callable[[Provenance], list[str]]
    since: int
    path: str
    has_svg: bool = False

    def drawn(self, view: View, t: Texts, found: Provenance | None = None) -> Drawing:
        """What is `found`; as of the view's block when that is not asked for yet."""
        found = found or self.around(self.id, view.block)
        return draw(view.node.index, found, self.ids_of(found), t)


def of_version(view: View, version: str) -> Subject:
    since = view.node.catalogue.get_model_version(version, view.block).at.block
    around = view.node.lineages.around_version
    return Subject(version, around, lambda _: [version], since, f"/versions/{version}/lineage", has_svg=True)


def of_dataset(view: View, dataset: str) -> Subject:
    def own(found: Provenance) -> list[str]:
        return [f"{one.dataset}/{one.number}" for one in found.dataset_versions if one.dataset == dataset]

    since = view.node.catalogue.get_dataset(dataset, view.block).at.block
    return Subject(dataset, view.node.lineages.around_dataset, own, since, f"/datasets/{dataset}/impact")


def of_consent(view: View, consent: str) -> Subject:
    def carried(found: Provenance) -> list[str]:
        """The consent, and those that it carries on."""
        former, ids = {one.id: one.terms.supersedes for one in found.consents}, [consent]
        ids.extend(one for id_ in ids if (one := former[id_]) in former)
        return ids

    since = view.node.catalogue.get_consent(consent, view.block).at.block
    return Subject(consent, view.node.lineages.around_consent, carried, since, f"/consents/{consent}/impact")


def as_json(drawing: Drawing, t: Texts) -> dict[str, Any]:
    """What static/lineage.js reads: the drawing, and the words that only it writes."""
    return {
        **asdict(drawing),
        "kinds": {
            "datasetVersion": t("lineage.kind_datasetVersion"),
            "consent": t("lineage.kind_consent"),
            "run": t("lineage.kind_run"),
            "modelVersion": t("lineage.kind_modelVersion"),
        },
        "levels": {
            "verified": t("known.verified"),
            "attested": t("known.attested"),
            "asserted": t("known.asserted"),
        },
        "words": {"openGroup": t("lineage.open_group"), "openPage": t("lineage.open_page")},
    }


def picture_of(view: View, subject: Subject, t: Texts) -> Picture:
    found = subject.around(subject.id, view.block)
    drawing = subject.drawn(view, t, found)
    newest = view.node.times.block(None)
    is_newest = view.block >= newest
    latest = found if is_newest else subject.around(subject.id, newest)
    whole = drawing if is_newest else subject.drawn(view, t, latest)
    told = changes(latest, {one.id for one in whole.parts}, subject.since, t)
    time = rfc3339(view.time)
    past = [one.as_of for one in told if one.is_past(view.block, time)]
    return Picture(
        time=time,
        drawing=drawing,
        changes=told,
        shown="" if is_newest or not past else past[-1],
        data=f"{subject.path}.json?asOf={view.block}",
        svg=f"{subject.path}.svg?asOf={view.block}" if subject.has_svg else None,
        file=f"medledger-{subject.id[2:10]}-{view.block}",
    )
