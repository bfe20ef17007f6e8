"""W3C PROV as PROV-JSON: who made what of what, and when. One bundle, which is the ledger as of the block.

From the lineage alone, so that each statement is one that the evidence bundle proves or an organisation signed; no card
is read. An organisation is an agent, a run or a round an activity, all else an entity.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ledger_node.proof.strict_json import dump_canonical
from registry_api.exports.names import document_uri, ledger_of, organisation_id, urn
from registry_api.questions.material import Material, name_of
from registry_api.schemas.base import rfc3339, some_time

_KINDS = (
    "block", "organisation", "dataset", "dataset-version", "consent", "run", "round", "model", "model-version",
    "recall",
)  # fmt: skip


def prov(m: Material) -> bytes:
    block = m.lineage.as_of
    name = f"block:{block.hash}"
    ledger = ledger_of(m)
    about = {
        "prov:type": _word("prov:Bundle"),
        "medledger:number": block.number,
        "medledger:chainId": ledger.chain_id,
        "medledger:genesis": ledger.genesis,
    }
    prefixes = {kind: urn(kind, "") for kind in _KINDS}
    document: dict[str, Any] = {
        "prefix": {**prefixes, "medledger": "urn:medledger:"},
        "entity": {name: about},
        "wasGeneratedBy": {"_:asOf": {"prov:entity": name, "prov:time": rfc3339(block.timestamp)}},
        "bundle": {name: _Statements(m).said},
    }
    return dump_canonical(document)


class _Statements:
    """PROV-JSON's records: by what they are and by id. A relation's id is its place among all relations."""

    def __init__(self, m: Material) -> None:
        self.said: dict[str, Any] = defaultdict(dict)
        self._m = m
        self._relations = 0
        self._organisations()
        self._data()
        self._consents()
        self._runs()
        self._models()
        self._recalls()

    def _thing(self, record: str, id_: str, **said: object) -> None:
        self.said[record][id_] = {name: value for name, value in map(_attribute, said.items()) if value is not None}

    def _relate(self, record: str, **said: object) -> None:
        """All are PROV's own attributes; None is left out."""
        self._relations += 1
        told = {f"prov:{name}": value for name, value in said.items() if value is not None}
        self.said[record][f"_:r{self._relations}"] = told

    def _agent(self, number: int) -> str:
        return f"organisation:{organisation_id(self._m, number)}"

    def _organisations(self) -> None:
        for one in self._m.lineage.organisations:
            self._thing("agent", self._agent(one.number), type=_word("prov:Organization"), label=one.name)

    def _data(self) -> None:
        for dataset in self._m.lineage.datasets:
            id_ = f"dataset:{dataset.id}"
            self._thing("entity", id_)
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(dataset.custodian))
        for one in self._m.lineage.dataset_versions:
            id_ = f"dataset-version:{name_of(one)}"
            self._thing(
                "entity",
                id_,
                root=one.root,
                card=document_uri(one.card_digest),
                attestation=document_uri(one.attestation_digest),
                publishedAt=rfc3339(one.published_at),
            )
            self._relate("specializationOf", specificEntity=id_, generalEntity=f"dataset:{one.dataset}")
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(self._m.custodian(one.dataset)))
            for parent in one.derivation.parents if one.derivation else ():
                used = f"dataset-version:{parent.dataset}/{parent.version}"
                self._relate("wasDerivedFrom", generatedEntity=id_, usedEntity=used)
                if parent.consent is not None:
                    self._relate("wasInfluencedBy", influencee=id_, influencer=f"consent:{parent.consent}")

    def _consents(self) -> None:
        for one in self._m.lineage.consents:
            id_ = f"consent:{one.id}"
            state = one.state_at(self._m.lineage.as_of.timestamp).name
            begins, ends = rfc3339(one.terms.not_before), rfc3339(one.terms.expires_at)
            self._thing("entity", id_, state=state, notBefore=begins, expiresAt=ends)
            self._relate("wasGeneratedBy", entity=id_, time=rfc3339(one.issued_at))
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(one.grantor))
            if one.terms.supersedes:
                before = f"consent:{one.terms.supersedes}"
                revision = _word("prov:Revision")
                self._relate("wasDerivedFrom", generatedEntity=id_, usedEntity=before, type=revision)
            revoked = one.revocation()
            if revoked is not None:
                self._relate("wasInvalidatedBy", entity=id_, time=rfc3339(revoked.acted_at))

    def _runs(self) -> None:
        for run in self._m.lineage.runs:
            id_ = f"run:{run.id}"
            self._thing(
                "activity",
                id_,
                startTime=rfc3339(run.opened_at),
                endTime=some_time(run.closed_at),
                outcome=run.outcome.name,
                card=document_uri(run.card_digest),
                code=run.code_digest,
                container=run.container_digest,
                result=run.result_digest,
            )
            self._relate("wasAssociatedWith", activity=id_, agent=self._agent(run.publisher))
            for used in run.inputs:
                data = f"dataset-version:{used.dataset}/{used.version}"
                self._relate("used", activity=id_, entity=data, role=used.operation.name)
                self._relate("used", activity=id_, entity=f"consent:{used.consent}", role="CONSENT")
            for one in run.rounds:
                name = f"round:{run.id}/{one.number}"
                closed, aggregate = some_time(one.closed_at), one.aggregate_digest
                self._thing("activity", name, startTime=rfc3339(one.opened_at), endTime=closed, aggregate=aggregate)
                self._relate("wasStartedBy", activity=name, starter=id_, time=rfc3339(one.opened_at))
                for answer in one.contributions:
                    self._relate("wasAssociatedWith", activity=name, agent=self._agent(answer.custodian))
                for answer in one.refusals:
                    self._relate("wasInfluencedBy", influencee=name, influencer=self._agent(answer.custodian))

    def _models(self) -> None:
        for model in self._m.lineage.models:
            id_ = f"model:{model.id}"
            self._thing("entity", id_, card=document_uri(model.card_digest))
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(model.publisher))
        models = {one.id: one.model for one in self._m.lineage.model_versions}
        for one in self._m.lineage.model_versions:
            id_ = f"model-version:{one.id}"
            self._thing(
                "entity",
                id_,
                number=one.number,
                artifactDigest=one.artifact_digest,
                card=document_uri(one.card_digest),
                lifecycle=one.lifecycle.name,
                publishedAt=rfc3339(one.published_at),
            )
            self._relate("specializationOf", specificEntity=id_, generalEntity=f"model:{one.model}")
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(one.publisher))
            if one.run is not None:  # without a time: it was published once the run had ended
                self._relate("wasGeneratedBy", entity=id_, activity=f"run:{one.run}")
            for parent in one.parents:
                revision = _word("prov:Revision") if models[parent] == one.model else None
                before = f"model-version:{parent}"
                self._relate("wasDerivedFrom", generatedEntity=id_, usedEntity=before, type=revision)

    def _recalls(self) -> None:
        for one in self._m.lineage.recalls:
            id_ = f"recall:{one.id}"
            notice = document_uri(one.notice_digest)
            self._thing("entity", id_, severity=one.severity.name, notice=notice, liftedAt=some_time(one.lifted_at))
            self._relate("wasGeneratedBy", entity=id_, time=rfc3339(one.issued_at))
            self._relate("wasAttributedTo", entity=id_, agent=self._agent(one.issuer))
            self._relate("wasInfluencedBy", influencee=id_, influencer=f"model-version:{one.version}")


def _word(name: str) -> dict[str, str]:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _attribute(said: tuple[str, object]) -> tuple[str, object]:
    """A word of PROV's, or one of ours."""
    name, value = said
    return f"{'prov' if name in ('type', 'label', 'startTime', 'endTime') else 'medledger'}:{name}", value
