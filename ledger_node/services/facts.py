"""What the index tells of what lies behind something, turned into the facts that storage words prove."""

from __future__ import annotations

from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import DatasetVersion, Derivation
from ledger_node.domain.lineage import Provenance
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.recall import Recall
from ledger_node.domain.scope import Scope
from ledger_node.domain.training import Round, Run
from ledger_node.proof import facts
from ledger_node.proof.hashing import parse_hex


def facts_of(provenance: Provenance) -> facts.Facts:
    """The same as facts, in the order given; `assemble` puts them in theirs."""
    custodians = {dataset.id: dataset.custodian for dataset in provenance.datasets}
    return facts.Facts(
        organisations=tuple(_organisation(one) for one in provenance.organisations),
        datasets=tuple(
            facts.Dataset(
                _bytes(one.id), one.custodian, one.number, provenance.latest[one.id], provenance.lowest[one.id]
            )
            for one in provenance.datasets
        ),
        dataset_versions=tuple(_dataset_version(one, custodians[one.dataset]) for one in provenance.dataset_versions),
        consents=tuple(_consent(one) for one in provenance.consents),
        models=tuple(
            facts.Model(
                _bytes(one.id), one.publisher, one.number, _bytes(one.card_digest), provenance.latest_models[one.id]
            )
            for one in provenance.models
        ),
        runs=tuple(_run(one) for one in provenance.runs),
        model_versions=tuple(_model_version(one) for one in provenance.model_versions),
        recalls=tuple(_recall(one) for one in provenance.recalls),
    )


def _organisation(fact: Organisation) -> facts.Organisation:
    return facts.Organisation(
        number=fact.number,
        name=fact.name,
        admin=parse_hex(fact.admin.lower(), 20),
        capabilities=int(fact.capabilities),
        for_profit=fact.for_profit,
        voted=int(fact.voted),
        emergency_until=fact.emergency_until,
    )


def _dataset_version(fact: DatasetVersion, custodian: int) -> facts.DatasetVersion:
    return facts.DatasetVersion(
        dataset=_bytes(fact.dataset),
        number=fact.number,
        custodian=custodian,
        published_at=fact.published_at,
        root=_bytes(fact.root),
        card_digest=_bytes(fact.card_digest),
        attestation_digest=_bytes(fact.attestation_digest),
        options=fact.options,
        size_class=int(fact.size_class),
        claim=int(fact.claim),
        supersession=int(fact.supersession),
        opt_out_checked_at=fact.opt_out_checked_at,
        derivation=None if fact.derivation is None else _derivation(fact.derivation),
        epsilon_spent=fact.epsilon_spent,
    )


def _derivation(fact: Derivation) -> facts.Derivation:
    parents = (facts.Parent(_bytes(one.dataset), one.version, _bytes(one.consent)) for one in fact.parents)
    return facts.Derivation(_scope(fact.scope), tuple(parents))


def _scope(fact: Scope) -> facts.Scope:
    return facts.Scope(int(fact.purposes), int(fact.regions), fact.condition, _bytes(fact.project_ref))


def _consent(fact: Consent) -> facts.Consent:
    terms = fact.terms
    return facts.Consent(
        id=_bytes(fact.id),
        grantor=fact.grantor,
        issued_at=fact.issued_at,
        dataset=_bytes(terms.dataset),
        grantee=terms.grantee,
        version_from=terms.version_from,
        version_to=terms.version_to,
        basis=int(terms.basis),
        permission=int(terms.permission),
        modifiers=int(terms.modifiers),
        purposes=int(terms.purposes),
        operations=int(terms.operations),
        condition=terms.condition,
        regions=int(terms.regions),
        deidentification=terms.deidentification,
        not_before=terms.not_before,
        expires_at=terms.expires_at,
        max_rounds=terms.max_rounds,
        epsilon_budget=terms.epsilon_budget,
        project_ref=_bytes(terms.project_ref),
        policy_digest=_bytes(terms.policy_digest),
        request=_bytes(terms.request),
        supersedes=_bytes(terms.supersedes),
        rounds_used=fact.rounds_used,
        epsilon_spent=fact.epsilon_spent,
        log=tuple(facts.LogEntry(int(e.act), int(e.reason), e.actor, e.acted_at, e.until) for e in fact.log),
    )


def _run(fact: Run) -> facts.Run:
    return facts.Run(
        id=_bytes(fact.id),
        publisher=fact.publisher,
        opened_at=fact.opened_at,
        model=_bytes(fact.model),
        scope=_scope(fact.scope),
        card_digest=_bytes(fact.card_digest),
        code_digest=_bytes(fact.code_digest),
        container_digest=_bytes(fact.container_digest),
        inputs=tuple(
            facts.Input(_bytes(one.dataset), one.version, _bytes(one.consent), int(one.operation))
            for one in fact.inputs
        ),
        rounds=tuple(_round(one) for one in fact.rounds),
        outcome=int(fact.outcome),
        result_digest=_bytes(fact.result_digest),
        closed_at=fact.closed_at or 0,
    )


def _round(fact: Round) -> facts.Round:
    return facts.Round(
        epsilon=fact.epsilon,
        opened_at=fact.opened_at,
        answers=tuple(
            facts.Answer(
                position=one.input,
                custodian=one.custodian,
                update_digest=_bytes(one.update_digest),
                refusal=int(one.refusal),
                consent_state=int(one.consent_state),
                at=one.answered_at,
            )
            for one in fact.answers
        ),
        aggregate_digest=_bytes(fact.aggregate_digest),
        closed_at=fact.closed_at or 0,
    )


def _model_version(fact: ModelVersion) -> facts.ModelVersion:
    return facts.ModelVersion(
        id=_bytes(fact.id),
        model=_bytes(fact.model),
        publisher=fact.publisher,
        number=fact.number,
        published_at=fact.published_at,
        run=_bytes(fact.run),
        artifact_digest=_bytes(fact.artifact_digest),
        card_digest=_bytes(fact.card_digest),
        parents=tuple(_bytes(parent) for parent in fact.parents),
        lifecycle=int(fact.lifecycle),
        for_sale=fact.for_sale,
        recalls=fact.recalls,
    )


def _recall(fact: Recall) -> facts.Recall:
    return facts.Recall(
        id=_bytes(fact.id),
        version=_bytes(fact.version),
        issuer=fact.issuer,
        severity=int(fact.severity),
        notice_digest=_bytes(fact.notice_digest),
        replacement=_bytes(fact.replacement),
        issued_at=fact.issued_at,
        lifted_at=fact.lifted_at or 0,
        acknowledged_by=tuple(sorted(one.organisation for one in fact.acknowledgements)),
    )


def _bytes(text: str | None) -> bytes:
    """32 bytes; zeros for what is not there, as the chain has it."""
    return facts.NONE if text is None else parse_hex(text, 32)
