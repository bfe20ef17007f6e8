"""Walking upwards: everything behind a model version. The way down is in `impact`."""

from __future__ import annotations

from collections.abc import Iterable

from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import DatasetVersion, lowest_usable
from ledger_node.domain.lineage import Affected, Lineage
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.recall import Recall
from ledger_node.domain.training import Run
from ledger_node.ports import Index, Page
from ledger_node.services.impact import Impacts
from ledger_node.services.reading import Times, block_of, require


class Lineages:
    def __init__(self, index: Index, times: Times) -> None:
        self._index = index
        self._times = times
        self._impacts = Impacts(index, times)

    def lineage(self, version: str, as_of: int | None = None) -> Lineage:
        """Every fact behind a model version as of a block: its parent versions, what datasets were derived from, and
        recalls included."""
        index, block = self._index, block_of(self._index, as_of)
        versions = self._with_parents(version, block)
        runs = {v.run: require(index.find_run(v.run, block), "run") for v in versions.values() if v.run is not None}
        models = {v.model: require(index.find_model(v.model, block), "model") for v in versions.values()}
        inputs = {item for run in runs.values() for item in run.inputs}
        used = self._with_sources({(i.dataset, i.version) for i in inputs}, block)
        parents = [p for one in used.values() if one.derivation for p in one.derivation.parents]
        named = {i.consent for i in inputs} | {p.consent for p in parents if p.consent is not None}
        consents = self._with_superseded(named, block)
        datasets = {dataset: require(index.find_dataset(dataset, block), "dataset") for dataset, _ in used}
        known = {dataset: index.dataset_versions(dataset, block) for dataset in datasets}
        recalls = [recall for one in sorted(versions) for recall in index.recalls_of(one, block)]
        numbers = _organisations(versions.values(), runs.values(), consents.values(), recalls)
        numbers |= {dataset.custodian for dataset in datasets.values()}
        organisations = [require(index.find_organisation(n, block), "organisation") for n in sorted(numbers)]
        return Lineage(
            version=version,
            as_of=self._times.of(block),
            organisations=tuple(organisations),
            datasets=tuple(datasets[key] for key in sorted(datasets)),
            dataset_versions=tuple(used[key] for key in sorted(used)),
            consents=tuple(consents[key] for key in sorted(consents)),
            models=tuple(models[key] for key in sorted(models)),
            runs=tuple(runs[key] for key in sorted(runs)),
            model_versions=tuple(versions[key] for key in sorted(versions)),
            recalls=tuple(sorted(recalls, key=lambda one: one.id)),
            latest={dataset: len(found) for dataset, found in known.items()},
            lowest={dataset: lowest_usable(found) for dataset, found in known.items()},
            latest_models={model: self._latest_number(model, block) for model in models},
        )

    def impact_of_dataset(self, dataset: str, as_of: int | None = None) -> list[Affected]:
        """What lies downstream of all versions of a dataset."""
        return self._impacts.of_dataset(dataset, block_of(self._index, as_of))

    def impact_of_consent(self, consent: str, as_of: int | None = None) -> list[Affected]:
        return self._impacts.of_consent(consent, block_of(self._index, as_of))

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

    def _with_superseded(self, named: set[str], block: int) -> dict[str, Consent]:
        """The consents named, and those whose rounds and losses they carried on."""
        found: dict[str, Consent] = {}
        waiting = sorted(named)
        while waiting:
            current = waiting.pop()
            if current not in found:
                found[current] = require(self._index.find_consent(current, block), "consent")
                if (former := found[current].terms.supersedes) is not None:
                    waiting.append(former)
        return found

    def _with_sources(self, used: set[tuple[str, int]], block: int) -> dict[tuple[str, int], DatasetVersion]:
        """The dataset versions used, and those that they were derived from."""
        found: dict[tuple[str, int], DatasetVersion] = {}
        waiting = sorted(used)
        while waiting:
            current = waiting.pop()
            if current not in found:
                one = require(self._index.find_dataset_version(*current, block), "dataset version")
                found[current] = one
                waiting.extend((p.dataset, p.version) for p in (one.derivation.parents if one.derivation else ()))
        return found


def _organisations(
    versions: Iterable[ModelVersion], runs: Iterable[Run], consents: Iterable[Consent], recalls: Iterable[Recall]
) -> set[int]:
    """The numbers of all that are named; 0, which stands for a vote, is none of them."""
    numbers = {v.publisher for v in versions} | {r.publisher for r in runs}
    for consent in consents:
        numbers |= {consent.grantor, consent.terms.grantee, *(entry.actor for entry in consent.log)}
    for recall in recalls:
        numbers |= {recall.issuer, recall.lifted_by or 0, *(one.organisation for one in recall.acknowledgements)}
    return numbers - {0}
