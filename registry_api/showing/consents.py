"""Datasets and consents: what hospitals have and permit."""

from __future__ import annotations

from ledger_node.domain.codes import DUO_MODIFIERS, DUO_PERMISSIONS, OBLIGATIONS, names_of
from ledger_node.domain.consent import Consent, Terms
from ledger_node.domain.dataset import Dataset
from registry_api.reading import View
from registry_api.schemas import consent as consents
from registry_api.schemas.base import rfc3339, some_time, something
from registry_api.schemas.dataset import DatasetSummary
from registry_api.schemas.scope import ShownDeidentification, mondo


def show_dataset(view: View, found: Dataset) -> DatasetSummary:
    return DatasetSummary(
        id=found.id,
        number=found.number,
        custodian=view.organisation(found.custodian),
        card_digest=found.card_digest,
        block=found.at.block,
    )


def show_consent(view: View, found: Consent) -> consents.ConsentFacts:
    terms = found.terms
    view.look_up(found.grantor, terms.grantee)
    return consents.ConsentFacts(
        id=found.id,
        grantor=view.organisation(found.grantor),
        grantee=view.organisation(terms.grantee),
        dataset=terms.dataset,
        version_from=terms.version_from,
        version_to=terms.version_to or None,
        basis=terms.basis.name,
        permission=terms.permission.name,
        modifiers=names_of(terms.modifiers),
        obligations=names_of(terms.modifiers & OBLIGATIONS),
        duo=duo_of(terms),
        purposes=names_of(terms.purposes),
        operations=names_of(terms.operations),
        condition=mondo(terms.condition),
        regions=names_of(terms.regions),
        deidentification=ShownDeidentification.of(terms.deidentification),
        not_before=rfc3339(terms.not_before),
        expires_at=rfc3339(terms.expires_at),
        max_rounds=terms.max_rounds,
        epsilon_budget=terms.epsilon_budget,
        project_ref=something(terms.project_ref),
        policy_digest=terms.policy_digest,
        request=terms.request,
        supersedes=terms.supersedes,
        superseded_by=found.superseded_by,
        issued_at=rfc3339(found.issued_at),
        block=found.at.block,
        state=found.state_at(view.time).name,
        rounds_used=found.rounds_used,
        epsilon_spent=found.epsilon_spent,
        log=[
            consents.LogEntry(
                act=entry.act.name,
                actor=view.actor(entry.actor),
                reason=entry.reason.name,
                at=rfc3339(entry.acted_at),
                until=some_time(entry.until),
            )
            for entry in found.log
        ],
    )


def duo_of(terms: Terms) -> list[str]:
    """`["DUO:0000006", "DUO:0000022"]`: the permission first, then the modifiers."""
    numbers = [DUO_PERMISSIONS[terms.permission]]
    numbers += [number for modifier, number in DUO_MODIFIERS.items() if modifier in terms.modifiers]
    return [f"DUO:{number:07d}" for number in numbers]
