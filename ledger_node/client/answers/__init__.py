"""What a node answers, as typed dictionaries with the wire's own names, a module for each noun.

Ids and digests are 0x-hex of 32 bytes, times RFC 3339 in UTC, enumerations and masks names from `domain.codes`, privacy
losses millionths of epsilon. A field that a newer node adds is kept in the dictionary.

No module here imports `annotations` from `__future__`: it would hide NotRequired from the dictionaries' own keys.
"""

from ledger_node.client.answers.blob import Blob
from ledger_node.client.answers.card import CardSchema, CardSchemas, JsonSchema
from ledger_node.client.answers.checkpoint import Checkpoint, Headers
from ledger_node.client.answers.consent import Check, Consent, Deidentification, LogEntry, Use
from ledger_node.client.answers.dataset import Dataset, DatasetVersion, Derivation, Erasure, Parent
from ledger_node.client.answers.event import Event, EventData
from ledger_node.client.answers.key import Key, WrittenFact
from ledger_node.client.answers.lineage import Affected, Lineage, LineageEdge, LineageNode, UsedAt
from ledger_node.client.answers.model import LifecycleStep, Model, ModelVersion
from ledger_node.client.answers.node import (
    Alarm,
    Captured,
    Collected,
    Filled,
    Finding,
    Fsck,
    Health,
    IndexDigest,
    MissingCapture,
    Node,
    NodeStatus,
    Ourselves,
    Pause,
    Rebuild,
    RecordedRead,
)
from ledger_node.client.answers.organisation import Consortium, Emergency, Generation, Organisation, Thresholds
from ledger_node.client.answers.parts import AsOf, Listing, Named, Page, Scope
from ledger_node.client.answers.proposal import Admission, Proposal, Vote
from ledger_node.client.answers.question import (
    Link,
    MissingPart,
    QuestionAnswer,
    Questions,
    QuestionSummary,
    Source,
    StatedFact,
)
from ledger_node.client.answers.recall import Acknowledgement, Lifting, Recall
from ledger_node.client.answers.request import Grant, Message, Request, VisaCheck, VisaStatement
from ledger_node.client.answers.run import Round, RoundAnswer, Run, RunInput
from ledger_node.client.answers.stream import Anchor, Stream
from ledger_node.client.answers.submission import Outcome, Submission
from ledger_node.client.answers.webhook import WaitingWebhook, Webhook, WebhookSecret

__all__ = [
    "Acknowledgement",
    "Admission",
    "Affected",
    "Alarm",
    "Anchor",
    "AsOf",
    "Blob",
    "Captured",
    "CardSchema",
    "CardSchemas",
    "Check",
    "Checkpoint",
    "Collected",
    "Consent",
    "Consortium",
    "Dataset",
    "DatasetVersion",
    "Deidentification",
    "Derivation",
    "Emergency",
    "Erasure",
    "Event",
    "EventData",
    "Filled",
    "Finding",
    "Fsck",
    "Generation",
    "Grant",
    "Headers",
    "Health",
    "IndexDigest",
    "JsonSchema",
    "Key",
    "LifecycleStep",
    "Lifting",
    "Lineage",
    "LineageEdge",
    "LineageNode",
    "Link",
    "Listing",
    "LogEntry",
    "Message",
    "MissingCapture",
    "MissingPart",
    "Model",
    "ModelVersion",
    "Named",
    "Node",
    "NodeStatus",
    "Organisation",
    "Ourselves",
    "Outcome",
    "Page",
    "Parent",
    "Pause",
    "Proposal",
    "QuestionAnswer",
    "QuestionSummary",
    "Questions",
    "Rebuild",
    "Recall",
    "RecordedRead",
    "Request",
    "Round",
    "RoundAnswer",
    "Run",
    "RunInput",
    "Scope",
    "Source",
    "StatedFact",
    "Stream",
    "Submission",
    "Thresholds",
    "Use",
    "UsedAt",
    "VisaCheck",
    "VisaStatement",
    "Vote",
    "WaitingWebhook",
    "Webhook",
    "WebhookSecret",
    "WrittenFact",
]
