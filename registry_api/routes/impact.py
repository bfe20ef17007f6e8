"""What lies downstream, for the nouns that are asked about it."""

from __future__ import annotations

from ledger_node.domain.lineage import Affected
from registry_api.reading import Window
from registry_api.schemas import lineage as schemas


def affected(window: Window, found: list[Affected]) -> schemas.Impact:
    cut = window.cut_whole(found)
    return schemas.Impact(**window.stamp, items=[_shown(window, one) for one in cut.found], next=cut.next)


def _shown(window: Window, one: Affected) -> schemas.Affected:
    version = window.node.catalogue.get_model_version(one.version, window.block)
    return schemas.Affected(
        version=one.version,
        model_number=version.number,
        model=version.model,
        run=one.run,
        dataset=one.dataset,
        dataset_version=one.dataset_version,
        consent=one.consent,
        derived=[schemas.UsedAt(dataset=dataset, version=number) for dataset, number in one.derived],
        standing=one.standing.name,
        revoked_for=None if one.revoked_for is None else one.revoked_for.name,
        tainted=one.tainted,
        through=list(one.through),
    )
