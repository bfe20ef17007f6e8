"""A write of this node as its page tells it: the steps it goes through, what it is about, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ledger_node.domain.submission import CANCELLED, DONE_STATES, Submission, SubmissionState
from registry_api import auth
from registry_api.schemas.base import rfc3339

if TYPE_CHECKING:
    from ledger_node.ports import Caller

STEPS = ("queued", "sent", "mined", "final")
#: How far a write is in each state, by the place of the step.
REACHED = {
    SubmissionState.QUEUED: 0,
    SubmissionState.SIGNED: 0,
    SubmissionState.SENT: 1,
    SubmissionState.MINED: 2,
    SubmissionState.FAILED: 2,
    SubmissionState.SAFE: 3,
    SubmissionState.FINAL: 3,
    SubmissionState.REPLACED: 0,
}
#: In these nothing more happens to it.
ENDED = (SubmissionState.SAFE, SubmissionState.FINAL, SubmissionState.FAILED)
#: Where the pages of a kind's noun are. A version is a dataset's when its contract is that of datasets.
PAGES = {
    "consent": "/consents",
    "dataset": "/datasets",
    "erasure": "/datasets",
    "key": "/organisations",  # whose it is
    "message": "/requests",
    "model": "/models",
    "organisation": "/organisations",
    "proposal": "/proposals",
    "recall": "/recalls",
    "request": "/requests",
    "round": "/runs",
    "run": "/runs",
    "version": "/versions",
}


class Act(StrEnum):
    """What an operator may do with a write that has not ended."""

    CANCEL = "cancel"
    RESEND = "resend"


#: In which states each of them can help.
ACTING = {
    Act.CANCEL: (SubmissionState.QUEUED, SubmissionState.SIGNED, SubmissionState.SENT, SubmissionState.REPLACED),
    Act.RESEND: (SubmissionState.SIGNED, SubmissionState.SENT),
}


@dataclass(frozen=True, slots=True)
class Step:
    """`how` it stands with it: done, now, ahead, stopped here, or never to come."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Write:
    of: Submission

    @property
    def situation(self) -> str:
        """The state, or that an operator took it back."""
        return "cancelled" if self._cancelled else self.of.state.value

    @property
    def ended(self) -> bool:
        return self._cancelled or self.of.state in ENDED

    @property
    def done(self) -> bool:
        """Whether the contract took it."""
        return self.of.state in DONE_STATES

    @property
    def tone(self) -> str:
        """How a pill shows it."""
        if self.done:
            return "completed"
        return "revoked" if self.ended else "open"

    @property
    def steps(self) -> list[Step]:
        reached, lost = REACHED[self.of.state], self.ended and not self.done
        return [Step(name, self._how(place - reached, lost=lost)) for place, name in enumerate(STEPS)]

    def _how(self, ahead: int, *, lost: bool) -> str:
        if ahead < 0 or (self.ended and self.done):
            return "done"
        if ahead > 0:
            return "never" if lost else "ahead"
        return "stopped" if lost else "now"

    @property
    def subject(self) -> str | None:
        """The id or number of what it makes or changes, when that is one thing."""
        found = self.of.subject or (None if self.items > 1 else (self.of.outcome or {}).get(self._noun))
        return None if found is None else str(found)

    @property
    def page(self) -> str | None:
        """Of its subject."""
        start = PAGES["dataset"] if self.of.contract == "datasets" else PAGES.get(self._noun)
        return f"{start}/{self.subject}" if start and self.subject else None

    @property
    def _noun(self) -> str:
        return self.of.kind.partition(".")[0]

    @property
    def made_at(self) -> str:
        return rfc3339(self.of.created_at)

    @property
    def items(self) -> int:
        """To how many things a batch was done; 0 for what is no batch."""
        return len((self.of.outcome or {}).get("items", ()))

    def acts(self, caller: Caller) -> list[Act]:
        """What the caller may do with it now."""
        return [
            act
            for act, states in ACTING.items()
            if not self.ended and self.of.state in states and auth.may(caller, "submissions", f"{act.value}_submission")
        ]

    @property
    def _cancelled(self) -> bool:
        return self.of.outcome == CANCELLED


def path_of(submission: str, next_: str | None) -> str:
    """Of a write's page, which leads on to a path."""
    return f"/submissions/{submission}" + (f"?{urlencode({'next': next_})}" if next_ else "")
