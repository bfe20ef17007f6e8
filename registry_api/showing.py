"""Facts as the schemas show them: times written out, masks as names, organisations with their names."""

from __future__ import annotations

from ledger_node.domain.codes import ProposalKind, names_of
from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import Dataset, Stream
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Organisation, Proposal
from ledger_node.domain.training import Round, Run
from registry_api import ballots
from registry_api.reading import View
from registry_api.schemas import consent as consents
from registry_api.schemas import model as models
from registry_api.schemas import organisation as organisations
from registry_api.schemas import run as runs
from registry_api.schemas import stream as streams
from registry_api.schemas.base import rfc3339, some_time, something
from registry_api.schemas.dataset import DatasetSummary


def show_organisation(found: Organisation) -> organisations.OrganisationFacts:
    return organisations.OrganisationFacts(
        number=found.number,
        name=found.name,
        admin=found.admin,
        capabilities=names_of(found.capabilities),
        for_profit=found.for_profit,
        status=found.status.name,
        block=found.at.block,
    )


def show_proposal(view: View, found: Proposal) -> organisations.Proposal:
    admission = None
    if found.kind is ProposalKind.ADMIT:
        read = ballots.read_admission(found.payload)
        admission = organisations.ProposedAdmission(
            admin=read.admin, capabilities=names_of(read.capabilities), for_profit=read.for_profit, name=read.name
        )
    return organisations.Proposal(
        number=found.number,
        proposer=view.organisation(found.proposer),
        kind=found.kind.name,
        admission=admission,
        organisation=None if admission else view.organisation(ballots.read_organisation(found.payload)),
        deadline=rfc3339(found.deadline),
        votes=[
            organisations.CastVote(organisation=view.organisation(voter), in_favour=vote)
            for voter, vote in sorted(found.votes.items())
        ],
        executed=found.executed,
        block=found.at.block,
    )


def show_dataset(view: View, found: Dataset) -> DatasetSummary:
    return DatasetSummary(
        id=found.id,
        custodian=view.organisation(found.custodian),
        card_digest=found.card_digest,
        block=found.at.block,
    )


def show_consent(view: View, found: Consent) -> consents.ConsentFacts:
    terms = found.terms
    return consents.ConsentFacts(
        id=found.id,
        grantor=view.organisation(found.grantor),
        grantee=view.organisation(terms.grantee),
        dataset=terms.dataset,
        version_from=terms.version_from,
        version_to=terms.version_to or None,
        basis=terms.basis.name,
        purposes=names_of(terms.purposes),
        operations=names_of(terms.operations),
        not_before=rfc3339(terms.not_before),
        expires_at=rfc3339(terms.expires_at),
        max_rounds=terms.max_rounds,
        project_ref=something(terms.project_ref),
        policy_digest=terms.policy_digest,
        issued_at=rfc3339(found.issued_at),
        block=found.at.block,
        state=found.state_at(view.time).name,
        rounds_used=found.rounds_used,
        log=[
            consents.LogEntry(
                act=entry.act.name,
                actor=view.organisation(entry.actor),
                reason=entry.reason.name,
                at=rfc3339(entry.acted_at),
                until=some_time(entry.until),
            )
            for entry in found.log
        ],
    )


def show_model(view: View, found: Model) -> models.ModelFacts:
    return models.ModelFacts(
        id=found.id, publisher=view.organisation(found.publisher), card_digest=found.card_digest, block=found.at.block
    )


def show_model_version(view: View, found: ModelVersion) -> models.ModelVersionFacts:
    return models.ModelVersionFacts(
        id=found.id,
        model=found.model,
        publisher=view.organisation(found.publisher),
        number=found.number,
        published_at=rfc3339(found.published_at),
        run=found.run,
        artifact_digest=found.artifact_digest,
        card_digest=found.card_digest,
        parents=list(found.parents),
        block=found.at.block,
    )


def show_run(view: View, found: Run) -> runs.RunFacts:
    return runs.RunFacts(
        id=found.id,
        publisher=view.organisation(found.publisher),
        model=found.model,
        operation="+".join(names_of(found.operation)),
        purposes=names_of(found.purposes),
        project_ref=something(found.project_ref),
        card_digest=found.card_digest,
        opened_at=rfc3339(found.opened_at),
        block=found.at.block,
        inputs=[runs.UsedInput(dataset=i.dataset, version=i.version, consent=i.consent) for i in found.inputs],
        rounds=[show_round(view, one) for one in found.rounds],
        outcome=found.outcome.name,
        result_digest=something(found.result_digest),
        closed_at=some_time(found.closed_at),
    )


def show_round(view: View, found: Round) -> runs.Round:
    return runs.Round(
        number=found.number,
        opened_at=rfc3339(found.opened_at),
        contributions=[
            runs.Contribution(
                custodian=view.organisation(part.custodian),
                input=part.input,
                update_digest=part.update_digest,
                consent_state=part.consent_state.name,
                contributed_at=rfc3339(part.contributed_at),
            )
            for part in found.contributions
        ],
        aggregate_digest=found.aggregate_digest,
        closed_at=some_time(found.closed_at),
    )


def show_stream(view: View, found: Stream) -> streams.Stream:
    return streams.Stream(
        id=found.id,
        custodian=view.organisation(found.custodian),
        anchors=[
            streams.Anchor(
                size=anchor.size, root=anchor.root, anchored_at=rfc3339(anchor.anchored_at), block=anchor.at.block
            )
            for anchor in found.anchors
        ],
        block=found.at.block,
    )
