"""What was read for an answer, all as of one block. Nothing is read from here on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.dataset import Dataset, DatasetVersion, Erasure
from ledger_node.domain.lineage import Affected, Lineage
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Generation, Key
from ledger_node.domain.position import BlockRef
from ledger_node.domain.training import Run
from registry_api.questions.documents import Document, Named, Wanted


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the node knows of the chain: its genesis, the block asked about with its neighbours that are known, the
    generation that the version was published in, and how many events reorganisations took back at this node."""

    genesis: str
    chain_id: int
    around: Sequence[BlockRef]
    generations: Sequence[Generation]
    generation: int | None
    taken_back: int
    node: int


@dataclass(frozen=True)
class Material:
    """`documents` are by `Wanted.key`; `uses` and `impacts` by the id that they are of (of an organisation, its number
    as text); `erasures` by dataset, `keys` by organisation. Empty where the question does not need it."""

    lineage: Lineage
    documents: Mapping[tuple[str, str], Document] = field(default_factory=dict)
    uses: Mapping[str, Sequence[ConsentUse]] = field(default_factory=dict)
    impacts: Mapping[str, Sequence[Affected]] = field(default_factory=dict)
    erasures: Mapping[str, Sequence[Erasure]] = field(default_factory=dict)
    keys: Mapping[int, Sequence[Key]] = field(default_factory=dict)
    ledger: Ledger | None = None

    @cached_property
    def subject(self) -> ModelVersion:
        return next(one for one in self.lineage.model_versions if one.id == self.lineage.version)

    @cached_property
    def model(self) -> Model:
        return next(one for one in self.lineage.models if one.id == self.subject.model)

    @cached_property
    def run(self) -> Run | None:
        """The run that made the version; None for an import."""
        return self.runs.get(self.subject.run or "")

    @cached_property
    def runs(self) -> dict[str, Run]:
        return {one.id: one for one in self.lineage.runs}

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        return {one.id: one for one in self.lineage.datasets}

    @cached_property
    def consents(self) -> dict[str, Consent]:
        return {one.id: one for one in self.lineage.consents}

    @cached_property
    def consents_of_data(self) -> dict[str, set[str]]:
        """The consents under which each dataset version was used, by a run or to derive another."""
        found: dict[str, set[str]] = defaultdict(set)
        for run in self.lineage.runs:
            for used in run.inputs:
                found[f"{used.dataset}/{used.version}"].add(used.consent)
        for derivation in (one.derivation for one in self.lineage.dataset_versions if one.derivation):
            for parent in derivation.parents:
                if parent.consent is not None:
                    found[f"{parent.dataset}/{parent.version}"].add(parent.consent)
        return found

    def custodian(self, dataset: str) -> int:
        return self.datasets[dataset].custodian

    def dataset_cards(self) -> Iterator[tuple[DatasetVersion, Document]]:
        for version in self.lineage.dataset_versions:
            yield version, self._document(version.card_digest, "dataset-card", self.custodian(version.dataset), version)

    def attestations(self) -> Iterator[tuple[DatasetVersion, Document]]:
        for version in self.lineage.dataset_versions:
            by = self.custodian(version.dataset)
            yield version, self._document(version.attestation_digest, "attestation", by, version)

    def run_cards(self) -> Iterator[tuple[Run, Document]]:
        for run in self.lineage.runs:
            yield run, self._document(run.card_digest, "run-card", run.publisher, run)

    def model_cards(self) -> Iterator[Document]:
        """The version's own, then its model's."""
        for one in (self.subject, self.model):
            yield self._document(one.card_digest, "model-card", one.publisher, one)

    def _document(self, digest: str, kind: Named, by: int, of: DatasetVersion | Run | ModelVersion | Model) -> Document:
        wanted = Wanted(digest, kind, by, name_of(of))
        found = self.documents.get(wanted.key)
        return Document(wanted, *((found.content, found.why) if found else (None, "it was not read")))

    def wanted(self) -> Iterator[Wanted]:
        """Every document behind the version, whose reading any question may need."""
        for pairs in (self.dataset_cards(), self.attestations(), self.run_cards()):
            for _, document in pairs:
                yield document.wanted
        for document in self.model_cards():
            yield document.wanted


def name_of(of: DatasetVersion | Run | ModelVersion | Model) -> str:
    return f"{of.dataset}/{of.number}" if isinstance(of, DatasetVersion) else of.id
