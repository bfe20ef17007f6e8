"""The client of one node: one attribute for each noun."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx2

from ledger_node.client.blobs import Blobs
from ledger_node.client.consents import Consents
from ledger_node.client.datasets import Datasets
from ledger_node.client.http import Http
from ledger_node.client.index import Index
from ledger_node.client.keys import Keys
from ledger_node.client.models import Models
from ledger_node.client.node import Nodes
from ledger_node.client.organisations import Consortium, Organisations
from ledger_node.client.proposals import Proposals
from ledger_node.client.recalls import Recalls
from ledger_node.client.requests import Requests
from ledger_node.client.retries import Retries
from ledger_node.client.runs import Runs
from ledger_node.client.streams import Streams
from ledger_node.client.submissions import Submissions
from ledger_node.client.versions import Versions
from ledger_node.client.withdrawals import Withdrawals


class Client:
    """Talks to the node at `url` with an API `key`. `timeout` is seconds for an answer to begin, waiting not counted.

    `retries` and `transport` are for tests and unusual networks. Not for several threads at once.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = 10.0,
        *,
        retries: Retries | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._http = Http(url, key, timeout, retries or Retries(), transport)
        self.node = Nodes(self._http)
        self.consortium = Consortium(self._http)
        self.organisations = Organisations(self._http)
        self.keys = Keys(self._http)
        self.proposals = Proposals(self._http)
        self.blobs = Blobs(self._http)
        self.datasets = Datasets(self._http)
        self.requests = Requests(self._http)
        self.consents = Consents(self._http)
        self.models = Models(self._http)
        self.versions = Versions(self._http)
        self.recalls = Recalls(self._http)
        self.runs = Runs(self._http)
        self.streams = Streams(self._http)
        self.submissions = Submissions(self._http)
        self.index = Index(self._http)
        self.withdrawals = Withdrawals(self.datasets, self.consents)

    @property
    def url(self) -> str:
        return self._http.url

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
