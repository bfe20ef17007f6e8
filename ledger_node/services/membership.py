"""Who this node speaks for, and what its organisation may do."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, OrganisationStatus, ProposalKind
from ledger_node.domain.command import Command, Idempotency, Identity
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.submission import Submission
from ledger_node.errors import NotPermitted
from ledger_node.ports import Index
from ledger_node.services.reading import block_of
from ledger_node.services.submissions import Submissions


class Membership:
    """Courtesy checks on our own organisation, and its votes."""

    def __init__(self, index: Index, identity: Identity, submissions: Submissions) -> None:
        self._index = index
        self._identity = identity
        self._submissions = submissions

    def ours(self) -> Organisation | None:
        return self._index.find_organisation(self._identity.organisation, block_of(self._index, None))

    def require(self, capability: Capability, *, protective: bool = False) -> None:
        """NotPermitted unless our organisation has the capability and is active. Protective acts need no activity."""
        ours = self.ours()
        if ours is None:
            raise NotPermitted("this node's key belongs to no organisation yet", needed="an accepted operator key")
        if capability not in ours.capabilities:
            raise NotPermitted(
                "this organisation lacks the capability",
                got=ours.capabilities.name or "none",
                needed=capability.name or "",
            )
        if not protective and ours.status is not OrganisationStatus.ACTIVE:
            raise NotPermitted("this organisation is suspended", got=ours.status.name, needed="ACTIVE")

    def propose(self, kind: ProposalKind, payload: str, idempotency: Idempotency) -> Submission:
        """`payload` is the ABI of the admission or of the organisation's number, as 0x-hex."""
        return self._submissions.submit(
            Command("organisation.propose", "consortium", "propose", (int(kind), payload)), idempotency
        )

    def vote(self, proposal: int, in_favour: bool, idempotency: Idempotency) -> Submission:
        return self._submissions.submit(
            Command("proposal.vote", "consortium", "vote", (proposal, in_favour), str(proposal)), idempotency
        )

    def execute(self, proposal: int, idempotency: Idempotency) -> Submission:
        return self._submissions.submit(
            Command("proposal.execute", "consortium", "execute", (proposal,), str(proposal)), idempotency
        )
