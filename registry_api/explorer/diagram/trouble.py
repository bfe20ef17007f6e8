"""What is wrong with the parts of a lineage, and with what was made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ledger_node.domain.codes import TAINTING, ConsentState, Lifecycle, StateReason
from ledger_node.domain.consent import Consent
from ledger_node.domain.lineage import Provenance
from ledger_node.ports import Index
from ledger_node.services.impact import carried_on, revocation_of, suspended_for
from registry_api.explorer.diagram.reach import reached, steps

#: From the gravest on. The last two are of what leans on a part that is in trouble: `tainted` for a reason that reaches
#: back, so that it should never have been made; `affected` else.
Trouble = Literal["recalled", "revoked", "suspended", "withdrawn", "tainted", "affected"]


def troubles(index: Index, found: Provenance) -> dict[str, Trouble]:
    """By id, of the parts that are in trouble."""
    own: dict[str, Trouble] = {}
    tainting = set[str]()
    for consent in found.consents:
        trouble, taints = _of_consent(index, found, consent)
        if trouble is not None:
            own[consent.id] = trouble
        if taints:
            tainting.add(consent.id)
    for one in found.dataset_versions:
        if one.number < found.lowest[one.dataset]:
            own[f"{one.dataset}/{one.number}"] = "withdrawn"
    for version in found.model_versions:
        if version.recalls:
            own[version.id] = "recalled"
        elif version.lifecycle is Lifecycle.WITHDRAWN:
            own[version.id] = "withdrawn"
    onward = steps(_made_of(found))
    below: dict[str, Trouble] = dict.fromkeys(reached(own, onward), "affected")
    return below | dict.fromkeys(reached(tainting, onward), "tainted") | own


def _made_of(found: Provenance) -> Iterator[tuple[str, str]]:
    """Pairs of a part and one that was made of it or under it."""
    for run in found.runs:
        for used in run.inputs:
            yield f"{used.dataset}/{used.version}", run.id
            yield used.consent, run.id
    for one in found.dataset_versions:
        for parent in one.derivation.parents if one.derivation else ():
            yield f"{parent.dataset}/{parent.version}", f"{one.dataset}/{one.number}"
            if parent.consent is not None:
                yield parent.consent, f"{one.dataset}/{one.number}"
    for version in found.model_versions:
        if version.run is not None:
            yield version.run, version.id
        for earlier in version.parents:
            yield earlier, version.id


def was_replaced(consent: Consent) -> bool:
    """Revoked because another consent carries it on, and for no graver reason."""
    end = consent.revocation()
    return end is not None and consent.superseded_by is not None and end.reason is StateReason.SUPERSEDED


def _of_consent(index: Index, found: Provenance, consent: Consent) -> tuple[Trouble | None, bool]:
    """The trouble of a consent, or of what carries it on, and whether its reason reaches back."""
    chain = carried_on(index, consent, found.as_of.number)
    if (end := revocation_of(chain)) is not None:
        return "revoked", end.reason in TAINTING
    if chain[-1].state_at(found.as_of.timestamp) is ConsentState.SUSPENDED:
        return "suspended", not TAINTING.isdisjoint(suspended_for(chain[-1], found.as_of))
    return None, False
