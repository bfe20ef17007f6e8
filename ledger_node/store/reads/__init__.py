"""The Index port's questions, a class for each noun. Each answers as of a block: a fact counts when its event's block
is not above it.
"""

from ledger_node.store.reads.cards import CardReads
from ledger_node.store.reads.consents import ConsentReads
from ledger_node.store.reads.datasets import DatasetReads
from ledger_node.store.reads.events import EventReads
from ledger_node.store.reads.feed import FeedReads
from ledger_node.store.reads.generations import GenerationReads
from ledger_node.store.reads.keys import KeyReads
from ledger_node.store.reads.models import ModelReads
from ledger_node.store.reads.organisations import OrganisationReads
from ledger_node.store.reads.proposals import ProposalReads
from ledger_node.store.reads.recalls import RecallReads
from ledger_node.store.reads.requests import RequestReads
from ledger_node.store.reads.reverted import RevertedReads
from ledger_node.store.reads.runs import RunReads
from ledger_node.store.reads.streams import StreamReads

__all__ = [
    "CardReads",
    "ConsentReads",
    "DatasetReads",
    "EventReads",
    "FeedReads",
    "GenerationReads",
    "KeyReads",
    "ModelReads",
    "OrganisationReads",
    "ProposalReads",
    "RecallReads",
    "RequestReads",
    "RevertedReads",
    "RunReads",
    "StreamReads",
]
