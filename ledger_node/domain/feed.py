"""The feed of events: what it calls them, where each stands in it, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from ledger_node.domain.position import Event, Position
from ledger_node.errors import InvalidField

PREFIX, VERSION = "org.medledger.", ".v1"
#: What a CloudEvents type says of each event; those of the token standards say nothing that these do not.
KINDS = {
    "OrganisationAdmitted": "organisation.admitted",
    "OrganisationSuspended": "organisation.suspended",
    "OrganisationSuspendedInEmergency": "organisation.suspended-in-emergency",
    "OrganisationReinstated": "organisation.reinstated",
    "OrganisationRemoved": "organisation.removed",
    "KeyProposed": "key.proposed",
    "KeyAccepted": "key.accepted",
    "KeyOfferWithdrawn": "key.offer-withdrawn",
    "KeyRetired": "key.retired",
    "KeyReportedCompromised": "key.reported-compromised",
    "KeyCompromiseConfirmed": "key.compromise-confirmed",
    "ProposalOpened": "proposal.opened",
    "VoteCast": "proposal.voted",
    "ProposalExecuted": "proposal.executed",
    "ThresholdsChanged": "consortium.thresholds-changed",
    "GenerationRegistered": "consortium.generation-registered",
    "DatasetRegistered": "dataset.registered",
    "DatasetVersionPublished": "dataset.version-published",
    "DatasetVersionDerived": "dataset.version-derived",
    "DatasetErasureRecorded": "dataset.erasure-recorded",
    "RequestMade": "request.made",
    "MessageSent": "request.message-sent",
    "RequestDeclined": "request.declined",
    "ConsentIssued": "consent.issued",
    "ConsentSuspended": "consent.suspended",
    "ConsentReinstated": "consent.reinstated",
    "ConsentRevoked": "consent.revoked",
    "ConsentUsed": "consent.used",
    "RunOpened": "run.opened",
    "RunClosed": "run.closed",
    "RoundOpened": "round.opened",
    "RoundClosed": "round.closed",
    "ContributionRecorded": "round.contributed",
    "ContributionRefused": "round.refused",
    "ModelRegistered": "model.registered",
    "ModelVersionPublished": "version.published",
    "ModelVersionReleased": "version.released",
    "ModelVersionDeprecated": "version.deprecated",
    "ModelVersionWithdrawn": "version.withdrawn",
    "RecallIssued": "recall.issued",
    "RecallAcknowledged": "recall.acknowledged",
    "RecallLifted": "recall.lifted",
    "StreamRegistered": "stream.registered",
    "StreamAnchored": "stream.anchored",
}
REVERTED = "reverted"
#: What an event is about: the first of these among its arguments.
SUBJECTS = (
    "recall",
    "request",
    "consent",
    "run",
    "dataset",
    "stream",
    "model",
    "version",
    "proposal",
    "key",
    "organisation",
)
#: Numbers that every engine of a store can hold.
POSITION = r"[0-9]{1,16}\.[0-9]{1,9}\.[0-9a-f]{16}"


def named(kind: str) -> str:
    """The CloudEvents type of a kind."""
    return f"{PREFIX}{kind}{VERSION}"


#: The events that each word selects: a whole type, a kind, or a kind's first word.
TYPES = {
    word: frozenset(name for name, kind in KINDS.items() if word in (named(kind), kind, kind.partition(".")[0]))
    for kind in KINDS.values()
    for word in (named(kind), kind, kind.partition(".")[0])
}


def subject_of(event: Event) -> str | None:
    """The id or number that an event is about."""
    return next((str(event.args[name]) for name in SUBJECTS if name in event.args), None)


def names_of(types: Iterable[str] | None) -> frozenset[str]:
    """The events that types select: whole types, or the first words of some (`consent`, `recall.issued`); all for None.

    InvalidField for one that selects none.
    """
    if types is None:
        return frozenset(KINDS)
    found: set[str] = set()
    for wanted in types:
        chosen = TYPES.get(wanted)
        if chosen is None:
            raise InvalidField(
                "no event is of this type",
                got=f"text of {len(wanted)} characters",
                needed="types as /openapi.json lists them, or their first words: consent, recall.issued",
                field="type",
            )
        found |= chosen
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """A chain up to an event: its place, and the last 16 digits of its block's hash. Who stands here was told of this
    event and of all before it, and of no other: a block's hash names all that went before."""

    at: Position
    hash: str

    @classmethod
    def of(cls, at: Position, block_hash: str) -> Self:
        return cls(at, block_hash[-16:])

    @classmethod
    def parse(cls, text: str) -> Self:
        """`text` matches POSITION."""
        block, log_index, end = text.split(".")
        return cls(Position(int(block), int(log_index)), end)

    def __str__(self) -> str:
        return f"{self.at.block}.{self.at.log_index}.{self.hash}"


#: Before all events: the first block holds none.
BEGINNING = FeedPosition(Position(0, 0), "0" * 16)


@dataclass(frozen=True, slots=True)
class Told:
    """A step of the feed: an event, or that it was taken back. `id` names it among all; `time` is Unix seconds, of the
    event's block or of when the node saw that it is gone. `after` is where who was told stands."""

    id: str
    event: Event
    time: int
    after: FeedPosition
    reverted: bool = False
