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


def of_version(view: View, version: str, t: Texts) -> Picture:
    since = view.node.catalogue.get_model_version(version, view.block).at.block
    path = f"/versions/{version}/lineage"
    return _picture(view, t, view.node.lineages.around_version, version, lambda _: [version], since, path, svg=True)


def of_dataset(view: View, dataset: str, t: Texts) -> Picture:
    def own(found: Provenance) -> list[str]:
        return [f"{one.dataset}/{one.number}" for one in found.dataset_versions if one.dataset == dataset]

    since = view.node.catalogue.get_dataset(dataset, view.block).at.block
    path = f"/datasets/{dataset}/impact"
    return _picture(view, t, view.node.lineages.around_dataset, dataset, own, since, path)


def of_consent(view: View, consent: str, t: Texts) -> Picture:
    def carried(found: Provenance) -> list[str]:
        """The consent, and those that it carries on."""
        former, ids = {one.id: one.terms.supersedes for one in found.consents}, [consent]
        ids.extend(one for id_ in ids if (one := former[id_]) in former)
        return ids

    since = view.node.catalogue.get_consent(consent, view.block).at.block
    path = f"/consents/{consent}/impact"
    return _picture(view, t, view.node.lineages.around_consent, consent, carried, since, path)


def as_json(picture: Picture, t: Texts) -> dict[str, Any]:
    """What static/lineage.js reads: the drawing, and the words that only it writes."""
    return {
        **asdict(picture.drawing),
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


def _picture(
    view: View,
    t: Texts,
    around: Callable[[str, int], Provenance],
    id_: str,
    subjects_of: Callable[[Provenance], list[str]],
    since: int,
    path: str,
    *,
    svg: bool = False,
) -> Picture:
    found = around(id_, view.block)
    drawing = draw(view.node.index, found, subjects_of(found), t)
    newest = view.node.times.block(None)
    is_newest = view.block >= newest
    latest = found if is_newest else around(id_, newest)
    whole = drawing if is_newest else draw(view.node.index, latest, subjects_of(latest), t)
    told = changes(latest, {one.id for one in whole.parts}, since, t)
    time = rfc3339(view.time)
    past = [one.as_of for one in told if one.is_past(view.block, time)]
    return Picture(
        time=time,
        drawing=drawing,
        changes=told,
        shown="" if is_newest or not past else past[-1],
        data=f"{path}.json?asOf={view.block}",
        svg=f"{path}.svg?asOf={view.block}" if svg else None,
        file=f"medledger-{id_[2:10]}-{view.block}",
    )
