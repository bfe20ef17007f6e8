"""What can be asked of a node: one attribute for each noun."""

from __future__ import annotations

from ledger_node.client.blobs import Blobs
from ledger_node.client.calls import Calls
from ledger_node.client.checkpoints import Checkpoints
from ledger_node.client.consents import Consents
from ledger_node.client.datasets import Datasets
from ledger_node.client.events import Events
from ledger_node.client.index import Index
from ledger_node.client.keys import Keys
from ledger_node.client.models import Models
from ledger_node.client.node import Nodes
from ledger_node.client.organisations import Consortium, Organisations
from ledger_node.client.proposals import Proposals
from ledger_node.client.recalls import Recalls
from ledger_node.client.requests import Requests
from ledger_node.client.runs import Runs
from ledger_node.client.schemas import Schemas
from ledger_node.client.streams import Streams
from ledger_node.client.submissions import Submissions
from ledger_node.client.versions import Versions
from ledger_node.client.webhooks import Webhooks


class Nouns:
    def __init__(self, http: Calls) -> None:
        self.node = Nodes(http)
        self.consortium = Consortium(http)
        self.organisations = Organisations(http)
        self.keys = Keys(http)
        self.proposals = Proposals(http)
        self.blobs = Blobs(http)
        self.schemas = Schemas(http)
        self.datasets = Datasets(http)
        self.requests = Requests(http)
        self.consents = Consents(http)
        self.models = Models(http)
        self.versions = Versions(http)
        self.recalls = Recalls(http)
        self.runs = Runs(http)
        self.streams = Streams(http)
        self.submissions = Submissions(http)
        self.index = Index(http)
        self.events = Events(http)
        self.webhooks = Webhooks(http)
        self.checkpoints = Checkpoints(http)
