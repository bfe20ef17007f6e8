"""What the use cases need from the outside, as Protocols: a file for each side. Adapters and tests implement them."""

from ledger_node.ports.access import ID_DIGITS, ApiKey, ApiKeys, Caller, People, Person, Tokens
from ledger_node.ports.audit import Audit, Audited, Difference
from ledger_node.ports.blobs import BlobStore, Held, Pins, Unpinned
from ledger_node.ports.captures import Broken, Capture, Captures, Due, Kept, Missing, Stored
from ledger_node.ports.cards import Cards, Unread
from ledger_node.ports.chain import MOST_EVENTS, Finality, Ledger, RangeTooLarge, Signer
from ledger_node.ports.checkpoints import Checkpoints, Peer, Vouched
from ledger_node.ports.clock import Clock
from ledger_node.ports.gauges import Gauges, Meter
from ledger_node.ports.index import Checkpoint, Index, Page, Row, Step, known_generations
from ledger_node.ports.outbox import Desk, Dispatch, Outbox, Stage, no_stage
from ledger_node.ports.recording import ReadRecord, RecordedRead
from ledger_node.ports.sessions import KeptSession, KeptSessions
from ledger_node.ports.visas import Visas
from ledger_node.ports.webhooks import Posted, Poster, Webhooks

__all__ = [
    "ID_DIGITS",
    "MOST_EVENTS",
    "ApiKey",
    "ApiKeys",
    "Audit",
    "Audited",
    "BlobStore",
    "Broken",
    "Caller",
    "Capture",
    "Captures",
    "Cards",
    "Checkpoint",
    "Checkpoints",
    "Clock",
    "Desk",
    "Difference",
    "Dispatch",
    "Due",
    "Finality",
    "Gauges",
    "Held",
    "Index",
    "Kept",
    "KeptSession",
    "KeptSessions",
    "Ledger",
    "Meter",
    "Missing",
    "Outbox",
    "Page",
    "Peer",
    "People",
    "Person",
    "Pins",
    "Posted",
    "Poster",
    "RangeTooLarge",
    "ReadRecord",
    "RecordedRead",
    "Row",
    "Signer",
    "Stage",
    "Step",
    "Stored",
    "Tokens",
    "Unpinned",
    "Unread",
    "Visas",
    "Vouched",
    "Webhooks",
    "known_generations",
    "no_stage",
]
