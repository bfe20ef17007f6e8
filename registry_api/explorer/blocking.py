"""What blocks a model version's release or sale, as the contracts would judge it, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger_node.domain.codes import Lifecycle, Reason
from ledger_node.domain.lineage import Lineage
from ledger_node.domain.training import RunInput
from ledger_node.services.lifecycles import Obstacle
from registry_api.reading import View
from registry_api.schemas.base import Organisation

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

#: What may help against a refusal, as the texts `remedies.KEY` say it. A consent's terms never change, and a run keeps
#: the consents that it was opened under: against all other reasons there is only a new consent, and a run under it.
REMEDIES = {
    Reason.SUSPENDED: "reinstated",
    Reason.NOT_YET_VALID: "wait",
    Reason.GRANTOR_INACTIVE: "vote",
    Reason.GRANTEE_INACTIVE: "vote",
}
ANEW = "anew"


@dataclass(frozen=True, slots=True)
class Unsold:
    """An input whose consent does not permit to sell the version, why, and what to do: a key of `remedies`."""

    used: RunInput
    hospital: Organisation
    reason: Reason
    remedy: str


@dataclass(frozen=True, slots=True)
class Blocking:
    """`release` is in the way of any release, `sale` of one for sale beside it, and so are the inputs of `unsold`."""

    release: list[Obstacle]
    sale: list[Obstacle]
    unsold: list[Unsold]

    @property
    def anything(self) -> bool:
        return bool(self.release or self.sale or self.unsold)


def blocking(node: Node, view: View, lineage: Lineage, *, now: bool) -> Blocking:
    """Of the version whose lineage it is; consents as the contract would judge them this moment when `now`, else as of
    the view's block."""
    found = next(one for one in lineage.model_versions if one.id == lineage.version)
    # That it cannot be released once more is no obstacle.
    done = {Obstacle.LIFE} if found.lifecycle is Lifecycle.RELEASED else set[Obstacle]()
    release, sale = (
        [one for one in node.lifecycles.obstacles(found, for_sale=for_sale) if one not in done]
        for for_sale in (False, True)
    )
    return Blocking(
        release,
        [one for one in sale if one not in release],
        [] if found.run is None else _unsold(node, view, lineage, found.run, None if now else view.block),
    )


def _unsold(node: Node, view: View, lineage: Lineage, run: str, as_of: int | None) -> list[Unsold]:
    custodians = {one.id: one.custodian for one in lineage.datasets}
    refused = node.lifecycles.unsold(next(one for one in lineage.runs if one.id == run), as_of)
    return [
        Unsold(used, view.organisation(custodians[used.dataset]), reason, REMEDIES.get(reason, ANEW))
        for used, reason in refused
    ]
