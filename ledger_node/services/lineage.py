"""Walking the graph: upwards from a model version, downwards from a dataset, a consent or a hospital."""

from __future__ import annotations

from collections.abc import Iterable

from ledger_node.domain.codes import TAINTING, ConsentState, Reason
from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import lowest_usable
from ledger_node.domain.lineage import Affected, Lineage
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.position import BlockRef
from ledger_node.domain.training import Run, RunInput
from ledger_node.errors import NotFound
from ledger_node.ports import Index, Page
from ledger_node.services.reading import block_of, require, time_of


class Lineages:
    def __init__(self, index: Index) -> None:
        self._index = index

    def lineage(self, version: str, as_of: int | None = None) -> Lineage:
        """Every fact behind a model version as of a block, its parent versions included."""
        index, block = self._index, block_of(self._index, as_of)
        versions = self._with_parents(version, block)
        runs = {v.run: require(index.find_run(v.run, block), "run") for v in versions.values()}
        models = {v.model: require(index.find_model(v.model, block), "model") for v in versions.values()}
        inputs = {item for run in runs.values() for item in run.inputs}
        consents = {i.consent: require(index.find_consent(i.consent, block), "consent") for i in inputs}
        datasets = {i.dataset: require(index.find_dataset(i.dataset, block), "dataset") for i in inputs}
        known = {dataset: index.dataset_versions(dataset, block) for dataset in datasets}
        used = {(i.dataset, i.version) for i in inputs}
        numbers = self._organisations(versions.values(), runs.values(), consents.values())
        numbers |= {dataset.custodian for dataset in datasets.values()}
        organisations = [require(index.find_organisation(n, block), "organisation") for n in sorted(numbers)]
        return Lineage(
            version=version,
            as_of=time_of(index, block),
            organisations=tuple(organisations),
            datasets=tuple(datasets[key] for key in sorted(datasets)),
            dataset_versions=tuple(v for key in sorted(known) for v in known[key] if (v.dataset, v.number) in used),
            consents=tuple(consents[key] for key in sorted(consents)),
            models=tuple(models[key] for key in sorted(models)),
            runs=tuple(runs[key] for key in sorted(runs)),
            model_versions=tuple(versions[key] for key in sorted(versions)),
            latest={dataset: len(found) for dataset, found in known.items()},
            lowest={dataset: lowest_usable(found) for dataset, found in known.items()},
            latest_models={model: self._latest_number(model, block) for model in models},
        )

    def impact_of_dataset(self, dataset: str, as_of: int | None = None) -> list[Affected]:
        block = block_of(self._index, as_of)
        require(self._index.find_dataset(dataset, block), "dataset")
        return self._downstream(block, dataset=dataset)

    def impact_of_consent(self, consent: str, as_of: int | None = None) -> list[Affected]:
        block = block_of(self._index, as_of)
        require(self._index.find_consent(consent, block), "consent")
        return self._downstream(block, consent=consent)

    def impact_of_organisation(self, number: int, as_of: int | None = None) -> list[Affected]:
        """What lies downstream of every dataset that an organisation holds."""
        block = block_of(self._index, as_of)
        require(self._index.find_organisation(number, block), "organisation")
        held = self._index.datasets(Page(as_of=block, limit=1_000_000, where={"custodian": number}))
        return [affected for dataset in held for affected in self.impact_of_dataset(dataset.id, block)]

    def _latest_number(self, model: str, block: int) -> int:
        versions = self._index.model_versions(Page(as_of=block, limit=1_000_000, where={"model": model}))
        return max(version.number for version in versions)

    def _with_parents(self, version: str, block: int) -> dict[str, ModelVersion]:
        found: dict[str, ModelVersion] = {}
        waiting = [version]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found[current] = require(self._index.find_model_version(current, block), "model version")
                waiting.extend(found[current].parents)
        return found

    def _organisations(
        self, versions: Iterable[ModelVersion], runs: Iterable[Run], consents: Iterable[Consent]
    ) -> set[int]:
        numbers = {v.publisher for v in versions} | {r.publisher for r in runs}
        for consent in consents:
            numbers |= {consent.grantor, consent.terms.grantee, *(entry.actor for entry in consent.log)}
        return numbers

    def _downstream(self, block: int, *, dataset: str | None = None, consent: str | None = None) -> list[Affected]:
        affected: list[Affected] = []
        time = time_of(self._index, block)
        for run_id in self._index.runs_using(dataset=dataset, consent=consent, as_of=block):
            run = require(self._index.find_run(run_id, block), "run")
            published = self._index.model_versions(Page(as_of=block, limit=1_000_000, where={"run": run_id}))
            for item in run.inputs:
                if item.dataset == dataset or item.consent == consent:
                    for version in published:
                        affected.extend(self._follow(version, run, item, block, time))
        return sorted(affected, key=lambda a: (a.version, a.dataset, a.dataset_version, a.consent))

    def _follow(
        self, version: ModelVersion, run: Run, item: RunInput, block: int, time: BlockRef
    ) -> Iterable[Affected]:
        consent = self._index.find_consent(item.consent, block)
        if consent is None:
            raise NotFound("a run names a consent that is not indexed", needed="rebuild the index")
        revocation = consent.revocation()
        standing = _standing(consent, time)
        seen: set[str] = set()
        waiting: list[tuple[ModelVersion, tuple[str, ...]]] = [(version, (version.id,))]
        while waiting:
            current, path = waiting.pop()
            if current.id in seen:
                continue
            seen.add(current.id)
            yield Affected(
                version=current.id,
                run=run.id,
                dataset=item.dataset,
                dataset_version=item.version,
                consent=item.consent,
                standing=standing,
                revoked_for=revocation.reason if revocation else None,
                tainted=revocation is not None and revocation.reason in TAINTING,
                through=path,
            )
            waiting.extend((child, (*path, child.id)) for child in self._index.children_of(current.id, block))


def _standing(consent: Consent, at: BlockRef) -> Reason:
    state = consent.state_at(at.timestamp)
    if state is ConsentState.REVOKED:
        return Reason.REVOKED
    if state is ConsentState.SUSPENDED:
        return Reason.SUSPENDED
    return Reason.EXPIRED if at.timestamp >= consent.terms.expires_at else Reason.OK
