"""Evidence that can be taken away: a bundle for a model version, and the trust file that another party needs."""

from __future__ import annotations

from ledger_node.domain.command import Identity
from ledger_node.domain.lineage import Lineage
from ledger_node.errors import UnknownDocument
from ledger_node.ports import Index, Ledger
from ledger_node.proof import bundle, facts, trust
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.schema import Contracts as ProvenContracts
from ledger_node.services.documents import Documents
from ledger_node.services.lineage import Lineages
from ledger_node.services.reading import checkpoint

NONE = "0x" + "00" * 32  # what the chain holds before a round or a run is closed
SLOTS_PER_QUESTION = 256  # storage words asked for in one eth_getProof


class Evidence:
    def __init__(
        self, identity: Identity, index: Index, ledger: Ledger, lineages: Lineages, documents: Documents
    ) -> None:
        self._identity = identity
        self._index = index
        self._ledger = ledger
        self._lineages = lineages
        self._documents = documents

    def bundle(self, version: str, as_of: int | None = None) -> bytes:
        """The evidence bundle of a model version as of a block, in its one form.

        NotFound for an unknown version, EvidenceUnavailable when the engine serves no proof for the block.
        """
        lineage = self._lineages.lineage(version, as_of)
        stated = facts_of(lineage)
        contracts = self._identity.deployment.contracts
        number = lineage.as_of.number
        proofs = [
            self._ledger.proof(contracts.address_of(contract), slots[start : start + SLOTS_PER_QUESTION], number)
            for contract, slots in bundle.words_needed(stated).items()
            for start in range(0, len(slots), SLOTS_PER_QUESTION)
        ]
        made = bundle.assemble(
            chain_id=self._identity.deployment.chain_id,
            genesis=_bytes(self._identity.deployment.genesis),
            contracts=ProvenContracts(
                **{name: _address(address) for name, address in contracts.items() if name != "anchors"}
            ),
            subject=_bytes(version),
            facts=stated,
            documents=self._known_documents(stated),
            header=self._ledger.header(number),
            proofs=proofs,
        )
        return bundle.dump(made)

    def trust(self) -> bytes:
        """What this node vouches for: the chain, its contracts and their code, and the newest block it has indexed.

        For a reader whose bundle comes from another party than this node.
        """
        deployment = self._identity.deployment
        at = checkpoint(self._index)
        return trust.dump(
            trust.Trust(
                format=trust.FORMAT,
                chain_id=deployment.chain_id,
                genesis=_bytes(deployment.genesis),
                checkpoint=trust.Checkpoint(at.number, _bytes(at.hash)),
                contracts={
                    name: trust.TrustedContract(_address(address), _bytes(deployment.code_hashes[name]))
                    for name, address in deployment.contracts.items()
                },
            )
        )

    def _known_documents(self, stated: facts.Facts) -> list[bytes]:
        """The documents that this node has; the bundle names those that it has not."""
        found = []
        for document in facts.documents_of(stated):
            try:
                found.append(self._documents.get(to_hex(document.digest)))
            except UnknownDocument:
                continue
        return found


def facts_of(lineage: Lineage) -> facts.Facts:
    """The lineage as the facts that storage words prove."""
    custodians = {dataset.id: dataset.custodian for dataset in lineage.datasets}
    return facts.Facts(
        organisations=tuple(
            facts.Organisation(o.number, o.name, _address(o.admin), int(o.capabilities), o.for_profit, int(o.status))
            for o in lineage.organisations
        ),
        datasets=tuple(
            facts.Dataset(_bytes(d.id), d.custodian, lineage.latest[d.id], lineage.lowest[d.id])
            for d in lineage.datasets
        ),
        dataset_versions=tuple(
            facts.DatasetVersion(
                dataset=_bytes(v.dataset),
                number=v.number,
                custodian=custodians[v.dataset],
                published_at=v.published_at,
                root=_bytes(v.root),
                card_digest=_bytes(v.card_digest),
                attestation_digest=_bytes(v.attestation_digest),
                options=v.options,
                size_class=int(v.size_class),
                claim=int(v.claim),
                supersession=int(v.supersession),
                opt_out_checked_at=v.opt_out_checked_at,
            )
            for v in lineage.dataset_versions
        ),
        consents=tuple(
            facts.Consent(
                id=_bytes(c.id),
                grantor=c.grantor,
                issued_at=c.issued_at,
                dataset=_bytes(c.terms.dataset),
                grantee=c.terms.grantee,
                version_from=c.terms.version_from,
                version_to=c.terms.version_to,
                basis=int(c.terms.basis),
                purposes=int(c.terms.purposes),
                operations=int(c.terms.operations),
                not_before=c.terms.not_before,
                expires_at=c.terms.expires_at,
                max_rounds=c.terms.max_rounds,
                project_ref=_bytes(c.terms.project_ref),
                policy_digest=_bytes(c.terms.policy_digest),
                rounds_used=c.rounds_used,
                log=tuple(facts.LogEntry(int(e.act), int(e.reason), e.actor, e.acted_at, e.until) for e in c.log),
            )
            for c in lineage.consents
        ),
        models=tuple(
            facts.Model(_bytes(m.id), m.publisher, _bytes(m.card_digest), lineage.latest_models[m.id])
            for m in lineage.models
        ),
        runs=tuple(
            facts.Run(
                id=_bytes(r.id),
                publisher=r.publisher,
                opened_at=r.opened_at,
                model=_bytes(r.model),
                operation=int(r.operation),
                purposes=int(r.purposes),
                project_ref=_bytes(r.project_ref),
                card_digest=_bytes(r.card_digest),
                inputs=tuple(facts.Input(_bytes(i.dataset), i.version, _bytes(i.consent)) for i in r.inputs),
                rounds=tuple(
                    facts.Round(
                        opened_at=one.opened_at,
                        contributions=tuple(
                            facts.Contribution(
                                p.custodian, p.input, _bytes(p.update_digest), int(p.consent_state), p.contributed_at
                            )
                            for p in one.contributions
                        ),
                        aggregate_digest=_bytes(one.aggregate_digest or NONE),
                        closed_at=one.closed_at or 0,
                    )
                    for one in r.rounds
                ),
                outcome=int(r.outcome),
                result_digest=_bytes(r.result_digest or NONE),
                closed_at=r.closed_at or 0,
            )
            for r in lineage.runs
        ),
        model_versions=tuple(
            facts.ModelVersion(
                id=_bytes(v.id),
                model=_bytes(v.model),
                publisher=v.publisher,
                number=v.number,
                published_at=v.published_at,
                run=_bytes(v.run),
                artifact_digest=_bytes(v.artifact_digest),
                card_digest=_bytes(v.card_digest),
                parents=tuple(_bytes(parent) for parent in v.parents),
            )
            for v in lineage.model_versions
        ),
    )


def _bytes(text: str) -> bytes:
    return parse_hex(text, 32)


def _address(text: str) -> bytes:
    return parse_hex(text.lower(), 20)
