"""Walking upwards: everything behind a model version, a dataset version or a consent. The way down is in `impact`."""

from __future__ import annotations

from collections.abc import Iterable

from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import DatasetVersion, lowest_usable
from ledger_node.domain.lineage import Affected, Lineage, Provenance
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.recall import Recall
from ledger_node.domain.training import Run
from ledger_node.ports import Index, Page
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.subject import CONSENT, MODEL_VERSION, Subject
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
        with self._index.moment():
            return self._lineage(version, block_of(self._index, as_of))

    def behind(self, subject: Subject, as_of: int | None = None) -> Provenance:
        """Every fact behind a model version, a dataset version or a consent as of a block."""
        key = to_hex(subject.id)
        with self._index.moment():
            block = block_of(self._index, as_of)
            if subject.kind == MODEL_VERSION:
                return self._lineage(key, block)
            if subject.kind == CONSENT:
                require(self._index.find_consent(key, block), "consent")
                return self._provenance({}, set(), {key}, block)
            require(self._index.find_dataset_version(key, subject.number, block), "dataset version")
            return self._provenance({}, {(key, subject.number)}, set(), block)

    def _lineage(self, version: str, block: int) -> Lineage:
        versions = self._index.model_versions_by_id(self._index.ancestry_of(version, block), block)
        require(versions.get(version), "model version")
        return Lineage.of(version, self._provenance(versions, set(), set(), block))

    def _provenance(
        self, versions: dict[str, ModelVersion], used: set[tuple[str, int]], named: set[str], block: int
    ) -> Provenance:
        """All behind these model versions, dataset versions (dataset, number) and consents."""
        index = self._index
        runs = index.runs_by_id({one.run for one in versions.values() if one.run is not None}, block)
        models = index.models_by_id({one.model for one in versions.values()}, block)
        inputs = {item for run in runs.values() for item in run.inputs}
        sources, known = self._with_sources(used | {(item.dataset, item.version) for item in inputs}, block)
        parents = [p for one in sources.values() if one.derivation for p in one.derivation.parents]
        named = named | {item.consent for item in inputs} | {p.consent for p in parents if p.consent is not None}
        consents = self._with_superseded(named, block)
        granted = {one.terms.dataset for one in consents.values()} - known.keys()
        known |= {key: [] for key in granted} | index.versions_by_dataset(granted, block)
        datasets = index.datasets_by_id(known, block)
        recalls = [recall for found in index.recalls_by_version(versions, block).values() for recall in found]
        numbers = _organisations(versions.values(), runs.values(), consents.values(), recalls)
        numbers |= {dataset.custodian for dataset in datasets.values()}
        organisations = index.organisations_by_number(numbers, block)
        return Provenance(
            as_of=self._times.of(block),
            organisations=tuple(organisations[number] for number in sorted(numbers)),
            datasets=tuple(datasets[key] for key in sorted(datasets)),
            dataset_versions=tuple(sources[key] for key in sorted(sources)),
            consents=tuple(consents[key] for key in sorted(consents)),
            models=tuple(models[key] for key in sorted(models)),
            runs=tuple(runs[key] for key in sorted(runs)),
            model_versions=tuple(versions[key] for key in sorted(versions)),
            recalls=tuple(sorted(recalls, key=lambda one: one.id)),
            latest={dataset: len(found) for dataset, found in known.items()},
            lowest={dataset: lowest_usable(found) for dataset, found in known.items()},
            latest_models=index.latest_numbers(models, block),
        )

    def around_version(self, version: str, as_of: int | None = None) -> Provenance:
        """Every fact behind a model version and behind those that build on it."""
        with self._index.moment():
            block = block_of(self._index, as_of)
            require(self._index.find_model_version(version, block), "model version")
            around = {link.child for link in self._index.links_below({version}, block)}
            around |= self._index.ancestry_of(version, block)
            return self._provenance(self._index.model_versions_by_id(around, block), set(), set(), block)

    def around_dataset(self, dataset: str, as_of: int | None = None) -> Provenance:
        """Every fact behind all versions of a dataset, and behind the model versions downstream of them."""
        with self._index.moment():
            block = block_of(self._index, as_of)
            passed = _passed(self.impact_of_dataset(dataset, block))
            own = {(dataset, one.number) for one in self._index.dataset_versions(dataset, block)}
            return self._provenance(self._index.model_versions_by_id(passed, block), own, set(), block)

    def around_consent(self, consent: str, as_of: int | None = None) -> Provenance:
        """Every fact behind a consent, and behind the model versions downstream of it."""
        with self._index.moment():
            block = block_of(self._index, as_of)
            passed = _passed(self.impact_of_consent(consent, block))
            return self._provenance(self._index.model_versions_by_id(passed, block), set(), {consent}, block)

    def impact_of_dataset(self, dataset: str, as_of: int | None = None) -> list[Affected]:
        """What lies downstream of all versions of a dataset."""
        with self._index.moment():
            block = block_of(self._index, as_of)
            require(self._index.find_dataset(dataset, block), "dataset")
            return self._impacts.of_datasets([dataset], block)

    def impact_of_consent(self, consent: str, as_of: int | None = None) -> list[Affected]:
        with self._index.moment():
            return self._impacts.of_consent(consent, block_of(self._index, as_of))

    def impact_of_organisation(self, number: int, as_of: int | None = None) -> list[Affected]:
        """What lies downstream of every dataset that an organisation holds."""
        with self._index.moment():
            block = block_of(self._index, as_of)
            require(self._index.find_organisation(number, block), "organisation")
            held = self._index.datasets(Page(as_of=block, limit=1_000_000, where={"custodian": number}))
            return self._impacts.of_datasets([dataset.id for dataset in held], block)

    def _with_superseded(self, named: set[str], block: int) -> dict[str, Consent]:
        """The consents named, and those whose rounds and losses they carried on."""
        found: dict[str, Consent] = {}
        waiting = named
        while waiting:
            found |= (these := self._index.consents_by_id(waiting, block))
            waiting = {one.terms.supersedes for one in these.values() if one.terms.supersedes} - found.keys()
        return found

    def _with_sources(
        self, used: set[tuple[str, int]], block: int
    ) -> tuple[dict[tuple[str, int], DatasetVersion], dict[str, list[DatasetVersion]]]:
        """The dataset versions used and those that they were derived from; all versions of each dataset."""
        found: dict[tuple[str, int], DatasetVersion] = {}
        known: dict[str, list[DatasetVersion]] = {}
        waiting = used
        while waiting:
            known |= self._index.versions_by_dataset({dataset for dataset, _ in waiting} - known.keys(), block)
            these = {(dataset, number): known[dataset][number - 1] for dataset, number in waiting}
            found |= these
            derivations = [one.derivation for one in these.values() if one.derivation]
            waiting = {(p.dataset, p.version) for one in derivations for p in one.parents} - found.keys()
        return found, known


def _passed(found: list[Affected]) -> set[str]:
    """The model versions on the ways to what is affected."""
    return {version for one in found for version in one.through}


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
