"""What lies downstream, for the nouns that are asked about it."""

from __future__ import annotations

from ledger_node.domain.lineage import Affected
from ledger_node.domain.model import ModelVersion
from registry_api.reading import Window
from registry_api.schemas import lineage as schemas


def affected(window: Window, found: list[Affected]) -> schemas.Impact:
    cut = window.cut_whole(found)
    versions = window.node.index.model_versions_by_id({one.version for one in cut.found}, window.block)
    items = [_shown(one, versions[one.version]) for one in cut.found]
    return schemas.Impact(**window.stamp, items=items, next=cut.next)


def _shown(one: Affected, version: ModelVersion) -> schemas.Affected:
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
