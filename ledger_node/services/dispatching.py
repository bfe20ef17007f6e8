"""What an operator does with accepted writes: pause them, resume, send one again, take one back."""

from __future__ import annotations

from collections.abc import Callable

from ledger_node.domain.submission import BY_OPERATOR, Alarm, Submission
from ledger_node.errors import NotFound, StateConflict
from ledger_node.ports import Desk, Outbox, Signer


class Dispatching:
    """`wake` tells the submitter that there is work."""

    def __init__(self, outbox: Outbox, desk: Desk, signer: Signer, wake: Callable[[], None]) -> None:
        self._outbox = outbox
        self._desk = desk
        self._signer = signer
        self._wake = wake

    def pause(self) -> None:
        """Accepted writes wait; what is sent is still settled."""
        self._desk.pause(BY_OPERATOR)

    def resume(self) -> None:
        """Goes on. What lost its nonce to a foreign transaction gets another one."""
        self._desk.resume()
        self._wake()

    def paused(self) -> str | None:
        """Why nothing is sent; None when it is."""
        return self._desk.paused()

    def alarms(self, limit: int = 50) -> list[Alarm]:
        return self._desk.alarms(limit)

    def resend(self, submission: str) -> Submission:
        """The same bytes to the pool again. StateConflict unless it is signed and not mined."""
        return self._done(self._desk.resend(submission), submission, "signed and not mined")

    def cancel(self, submission: str) -> Submission:
        """A queued write never comes about. A signed one competes for its nonce with a transaction that does nothing;
        its outcome tells which was mined. Asking again changes nothing. StateConflict when it is mined."""
        return self._done(
            self._desk.cancel(submission, self._signer.sign_nothing), submission, "not mined, and no other key's"
        )

    def _done(self, moved: Submission | None, submission: str, needed: str) -> Submission:
        if moved is None:
            found = self._outbox.find(submission)
            if found is None:
                raise NotFound("no submission has this id", got=f"text of {len(submission)} characters")
            raise StateConflict("the submission is not in a state for this", got=found.state.value, needed=needed)
        self._wake()
        return moved
