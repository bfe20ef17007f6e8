"""Reads over the index: facts by noun, as of a block. The consortium's own facts are in `register`."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Erasure, Stream
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.recall import Recall
from ledger_node.domain.request import Request
from ledger_node.domain.training import Run
from ledger_node.ports import Index, Page
from ledger_node.services.reading import block_of, require


class Catalogue:
    """`as_of` is a block number, None for the newest indexed. `get_` raises NotFound, `list_` pages."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def block(self, as_of: int | None) -> int:
        return block_of(self._index, as_of)

    def list_datasets(self, page: Page) -> list[Dataset]:
        return self._index.datasets(page)

    def get_dataset(self, dataset: str, as_of: int | None = None) -> Dataset:
        return require(self._index.find_dataset(dataset, self.block(as_of)), "dataset")

    def list_dataset_versions(self, dataset: str, as_of: int | None = None) -> list[DatasetVersion]:
        self.get_dataset(dataset, as_of)
        return self._index.dataset_versions(dataset, self.block(as_of))

    def get_dataset_version(self, dataset: str, number: int, as_of: int | None = None) -> DatasetVersion:
        found = self._index.find_dataset_version(dataset, number, self.block(as_of))
        return require(found, "version of a dataset")

    def list_erasures(self, dataset: str, as_of: int | None = None) -> list[Erasure]:
        self.get_dataset(dataset, as_of)
        return self._index.erasures(dataset, self.block(as_of))

    def list_requests(self, page: Page) -> list[Request]:
        return self._index.requests(page)

    def get_request(self, request: str, as_of: int | None = None) -> Request:
        return require(self._index.find_request(request, self.block(as_of)), "request")

    def list_consents(self, page: Page) -> list[Consent]:
        return self._index.consents(page)

    def get_consent(self, consent: str, as_of: int | None = None) -> Consent:
        return require(self._index.find_consent(consent, self.block(as_of)), "consent")

    def list_consent_uses(self, consent: str, as_of: int | None = None) -> list[ConsentUse]:
        self.get_consent(consent, as_of)
        return self._index.consent_uses(consent, self.block(as_of))

    def list_models(self, page: Page) -> list[Model]:
        return self._index.models(page)

    def get_model(self, model: str, as_of: int | None = None) -> Model:
        return require(self._index.find_model(model, self.block(as_of)), "model")

    def list_model_versions(self, page: Page) -> list[ModelVersion]:
        return self._index.model_versions(page)

    def get_model_version(self, version: str, as_of: int | None = None) -> ModelVersion:
        return require(self._index.find_model_version(version, self.block(as_of)), "model version")

    def list_recalls(self, page: Page) -> list[Recall]:
        return self._index.recalls(page)

    def get_recall(self, recall: str, as_of: int | None = None) -> Recall:
        return require(self._index.find_recall(recall, self.block(as_of)), "recall")

    def list_recalls_by_version(self, versions: Sequence[str], as_of: int | None = None) -> dict[str, list[Recall]]:
        """Of those that were ever recalled."""
        return self._index.recalls_by_version(versions, self.block(as_of))

    def list_recalls_of(self, version: str, as_of: int | None = None) -> list[Recall]:
        return self._index.recalls_of(version, self.block(as_of))

    def list_runs(self, page: Page) -> list[Run]:
        return self._index.runs(page)

    def get_run(self, run: str, as_of: int | None = None) -> Run:
        return require(self._index.find_run(run, self.block(as_of)), "run")

    def list_streams(self, page: Page) -> list[Stream]:
        return self._index.streams(page)

    def get_stream(self, stream: str, as_of: int | None = None) -> Stream:
        return require(self._index.find_stream(stream, self.block(as_of)), "stream")

    def list_anchors(self, page: Page) -> list[Anchor]:
        return self._index.anchors(page)
