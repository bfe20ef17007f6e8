"""What is done next, until nothing is left: look at the chain, do one step, look again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ledger_node.chain import acts
from ledger_node.chain.acts import Act, Acts
from ledger_node.chain.finality import finality_of
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import KeyRole, ProposalKind
from ledger_node.errors import MedLedgerError, NotTheWriter, Retry
from ledger_node.joining.admission import Admission
from ledger_node.joining.beginning import Newcomer
from ledger_node.joining.following import Following
from ledger_node.joining.standing import Standing, Step, standing
from ledger_node.ports import Checkpoint

PAUSE = 1.0  # seconds between two looks
#: Files the proposal at a member's node, under an idempotency key: repeated, it has one effect.
Propose = Callable[[Admission, str], None]


class Watcher(Protocol):
    """Who looks on."""

    def synchronising(self, block: int, head: int) -> None: ...

    def waiting(self, text: str) -> None:
        """What is waited for, as it stands now."""

    def done(self, text: str) -> None:
        """A step that is behind us."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a call ended: how the joining stands, and the block up to which the index has read."""

    standing: Standing
    block: int


class Joining:
    """`admin` opens the admin key, asked once, before the first wait: nobody need be there when the vote has passed."""

    def __init__(
        self,
        newcomer: Newcomer,
        following: Following,
        watcher: Watcher,
        admin: Callable[[], KeystoreSigner],
        propose: Propose | None = None,
    ) -> None:
        self._of = newcomer
        self._following = following
        self._watcher = watcher
        self._open_admin = admin
        self._admin: KeystoreSigner | None = None
        self._propose = propose
        self._acts = Acts(newcomer.ledger, newcomer.deployment.contracts)
        self._payload = newcomer.ledger.payload(ProposalKind.ADMIT, newcomer.admission.fields())
        self._finality = finality_of(newcomer.config.engine, newcomer.ledger, newcomer.config.finality_depth)
        self._least = 0  # the block that holds our last transaction: before it the index shows nothing of it
        self._proposed: int | None = None
        self._told: set[str] = set()

    def run(self, patience: float | None) -> Reached:
        """Until it belongs, or the members have not voted for `patience` seconds (None for ever).

        NotTheWriter when its node runs already, which would not know for whom.
        """
        deadline = None if patience is None else time.monotonic() + patience
        while True:
            late = deadline is not None and time.monotonic() >= deadline
            try:
                at, found = self._look()
                if found.step is Step.NOTHING and self._stays(found):
                    return Reached(found, at.number)
                self._be_ready(found)
                if at.number >= self._least and self._act(found):
                    continue
                if late and found.step in (Step.PROPOSE, Step.VOTE):
                    return Reached(found, at.number)
            except MedLedgerError as error:
                if late or error.retry is not Retry.SAFE or isinstance(error, NotTheWriter):
                    raise
                self._watcher.waiting(f"{error.detail}; it is tried again")
            time.sleep(PAUSE)

    def _look(self) -> tuple[Checkpoint, Standing]:
        at = self._following.catch_up(self._watcher.synchronising)
        if at is None:
            raise _node_runs()
        of = self._of
        found = standing(self._following.index, at, self._payload, of.admission.admin, of.operator)
        if found.step is not Step.NOTHING and not self._following.alone:
            raise _node_runs()
        return at, found

    def _be_ready(self, found: Standing) -> None:
        if self._admin is None and found.step not in (Step.ACCEPT, Step.NOTHING):
            self._admin = self._open_admin()

    def _act(self, found: Standing) -> bool:
        """Does what comes next. False when it is for others to do."""
        watcher, admin = self._watcher, self._admin
        for number in found.others:
            self._say_once(f"proposal {number} would admit your key, but not as you said: it is not carried out")
        if found.step is Step.PROPOSE:
            self._file(found)
        elif found.step is Step.VOTE:
            self._tell("what each member types to vote for it", asked_of_members(found, self._of.admission))
            watcher.waiting(_votes(found))
        elif found.step is Step.ENTER:
            assert admin is not None
            assert found.proposal is not None
            self._do(acts.execute(admin, found.proposal.number, found.proposal.payload))
            watcher.done(f"proposal {found.proposal.number} has passed and is carried out")
            return True
        elif found.step is Step.OFFER:
            assert admin is not None
            self._do(acts.offer(admin, self._of.operator, KeyRole.OPERATOR))
            watcher.done("the admin key has offered the operator key its role")
            return True
        elif found.step is Step.ACCEPT:
            assert found.organisation is not None
            self._do(acts.accept(self._of.open_operator(), found.organisation))
            watcher.done("the operator key has accepted")
            return True
        else:
            watcher.waiting("waiting until the chain keeps it for good")
        return False

    def _file(self, found: Standing) -> None:
        """Once for each proposal of the past: one that lapsed is followed by a new one."""
        if self._propose is None:
            self._tell("what a member types to propose it", asked_of_members(found, self._of.admission))
        elif self._proposed != found.former:
            key = f"join-{self._of.admission.admin.lower()}-{found.former + 1}"
            self._propose(self._of.admission, key)
            self._proposed = found.former
            self._watcher.done("the member's node has filed the proposal")
        self._watcher.waiting("waiting for the proposal of the admission")

    def _tell(self, what: str, command: str) -> None:
        """A command to copy."""
        self._say_once(f"{what}:", f"  {command}")

    def _say_once(self, *lines: str) -> None:
        if lines[-1] not in self._told:
            self._told.add(lines[-1])
            for line in lines:
                self._watcher.done(line)

    def _do(self, act: Act) -> None:
        outcome: dict[str, Any]
        (outcome,) = self._acts.do([act])
        self._least = int(outcome["block"])

    def _stays(self, found: Standing) -> bool:
        return found.since <= self._finality.height(self._of.ledger.head())


def asked_of_members(found: Standing, admission: Admission) -> str:
    """The command by which a member brings the joining on; empty when it is not for members to do."""
    if found.step is Step.PROPOSE:
        return admission.command()
    if found.step is Step.VOTE and found.proposal is not None:
        return f"medledger proposal vote {found.proposal.number} --for"
    return ""


def _votes(found: Standing) -> str:
    assert found.proposal is not None
    assert found.tally is not None
    proposal, votes = found.proposal, found.tally
    against = f", {votes.against} against" if votes.against else ""
    return (
        f"proposal {proposal.number}: {votes.in_favour} of {proposal.needed} votes, "
        f"{votes.custodians_in_favour} of {proposal.needed_custodians} custodians'{against}"
    )


def _node_runs() -> NotTheWriter:
    return NotTheWriter(
        "the node runs on this store before its organisation belongs",
        needed="the node stopped; it learns at its start for whom it speaks",
    )
