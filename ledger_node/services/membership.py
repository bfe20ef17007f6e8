"""Who this node speaks for, and what its organisation may do."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, OrganisationStatus, names_of
from ledger_node.domain.command import Identity
from ledger_node.domain.organisation import Organisation
from ledger_node.errors import NotPermitted
from ledger_node.ports import Clock, Index
from ledger_node.services.reading import block_of


class Membership:
    """Courtesy checks on our own organisation."""

    def __init__(self, index: Index, identity: Identity, clock: Clock) -> None:
        self._index = index
        self._identity = identity
        self._clock = clock

    def require(self, *capabilities: Capability, protective: bool = False) -> Organisation:
        """Our organisation. NotPermitted unless it has one of the capabilities (any will do when none is named), is no
        former member and, but for protective acts, is active."""
        ours = self._index.find_organisation(self._identity.organisation, block_of(self._index, None))
        if ours is None:
            raise NotPermitted("this node's key belongs to no organisation yet", needed="an accepted operator key")
        if capabilities and not any(one in ours.capabilities for one in capabilities):
            raise NotPermitted(
                "this organisation lacks the capability",
                got=", ".join(names_of(ours.capabilities)) or "none",
                needed=" or ".join(one.name or "" for one in capabilities),
            )
        status = ours.status_at(self._clock.now())
        if status is OrganisationStatus.REMOVED:
            raise NotPermitted("this organisation was removed", got=status.name, needed="a member")
        if not protective and status is not OrganisationStatus.ACTIVE:
            raise NotPermitted("this organisation is suspended", got=status.name, needed="ACTIVE")
        return ours

    def require_unsuspended_by_vote(self) -> None:
        """NotPermitted for a suspension by vote; one by a regulator keeps nobody from opening a vote."""
        if (voted := self.require(protective=True).voted) is not OrganisationStatus.ACTIVE:
            raise NotPermitted("a vote has suspended this organisation", got=voted.name, needed="ACTIVE")

    def require_ours(self, owner: int, rule: str) -> None:
        """NotPermitted with the rule unless `owner` is our organisation."""
        if owner != self._identity.organisation:
            raise NotPermitted(rule, got=f"organisation {self._identity.organisation}", needed=f"organisation {owner}")
