"""Models, their versions and recalls, runs and rounds: what publishers make."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.codes import Refusal, names_of
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.recall import Recall
from ledger_node.domain.training import Round, Run
from registry_api.reading import View
from registry_api.schemas import model as models
from registry_api.schemas import recall as recalls
from registry_api.schemas import round as rounds
from registry_api.schemas import run as runs
from registry_api.schemas.base import rfc3339, some_time, something
from registry_api.schemas.scope import ShownScope
from registry_api.selecting import Selection


def show_model(view: View, found: Model) -> models.ModelFacts:
    return models.ModelFacts(
        id=found.id,
        number=found.number,
        publisher=view.organisation(found.publisher),
        card_digest=found.card_digest,
        block=found.at.block,
    )


def show_model_versions(view: View, found: Sequence[ModelVersion]) -> list[models.ModelVersionFacts]:
    issued = view.node.catalogue.list_recalls_by_version([one.id for one in found], view.block)
    return [show_model_version(view, one, issued.get(one.id, ())) for one in found]


def page_of_versions(
    window: Selection, lifecycle: str | None, text: str | None, **where: str | int | None
) -> models.ModelVersions:
    def holds(one: ModelVersion) -> bool:
        return one.lifecycle.name == lifecycle

    window.search(text, "model_version")
    cut = window.cut(window.node.catalogue.list_model_versions, None if lifecycle is None else holds, **where)
    return models.ModelVersions(**window.stamp, items=show_model_versions(window, cut.found), next=cut.next)


def show_model_version(view: View, found: ModelVersion, issued: Sequence[Recall]) -> models.ModelVersionFacts:
    """`issued` are its recalls, lifted ones too."""
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
        lifecycle=found.lifecycle.name,
        for_sale=found.for_sale,
        steps=[
            models.LifecycleStep(
                lifecycle=step.lifecycle.name,
                for_sale=step.for_sale,
                stepped_at=rfc3339(step.stepped_at),
                block=step.at.block,
            )
            for step in found.steps
        ],
        standing_recalls=found.recalls,
        recalls=[recall.id for recall in issued],
        block=found.at.block,
    )


def show_recall(view: View, found: Recall) -> recalls.RecallFacts:
    lifted = None
    if found.lifted_at is not None:
        lifted = recalls.Lifting(actor=view.actor(found.lifted_by or 0), lifted_at=rfc3339(found.lifted_at))
    return recalls.RecallFacts(
        id=found.id,
        version=found.version,
        issuer=view.organisation(found.issuer),
        severity=found.severity.name,
        notice_digest=found.notice_digest,
        replacement=found.replacement,
        issued_at=rfc3339(found.issued_at),
        acknowledgements=[
            recalls.Acknowledgement(
                organisation=view.organisation(one.organisation),
                acknowledged_at=rfc3339(one.acknowledged_at),
                block=one.at.block,
            )
            for one in found.acknowledgements
        ],
        stands=found.stands,
        lifted=lifted,
        block=found.at.block,
    )


def show_run(view: View, found: Run) -> runs.RunFacts:
    return runs.RunFacts(
        id=found.id,
        publisher=view.organisation(found.publisher),
        model=found.model,
        scope=ShownScope.of(found.scope),
        card_digest=found.card_digest,
        code_digest=found.code_digest,
        container_digest=found.container_digest,
        opened_at=rfc3339(found.opened_at),
        block=found.at.block,
        inputs=[
            runs.UsedInput(
                dataset=one.dataset,
                version=one.version,
                consent=one.consent,
                operation="+".join(names_of(one.operation)),
            )
            for one in found.inputs
        ],
        makes_weights=found.makes_weights,
        rounds=[show_round(view, one) for one in found.rounds],
        outcome=found.outcome.name,
        result_digest=something(found.result_digest),
        closed_at=some_time(found.closed_at),
    )


def show_round(view: View, found: Round) -> rounds.Round:
    return rounds.Round(
        number=found.number,
        epsilon=found.epsilon,
        opened_at=rfc3339(found.opened_at),
        answers=[
            rounds.RoundAnswer(
                custodian=view.organisation(one.custodian),
                input=one.input,
                update_digest=one.update_digest,
                refusal=None if one.refusal is Refusal.NONE else one.refusal.name,
                consent_state=one.consent_state.name,
                answered_at=rfc3339(one.answered_at),
            )
            for one in found.answers
        ],
        aggregate_digest=found.aggregate_digest,
        closed_at=some_time(found.closed_at),
    )
