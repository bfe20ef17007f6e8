"""Evidence that can be taken away: bundles about model versions, dataset versions and consents, and the trust file that
another party needs."""

from __future__ import annotations

from typing import Any

from ledger_node.domain.codes import KeyRole, OrganisationStatus
from ledger_node.domain.command import Contracts, Generations, Identity
from ledger_node.domain.lineage import Provenance
from ledger_node.errors import EvidenceUnavailable, InvalidField, UnknownDocument
from ledger_node.ports import Checkpoints, Finality, Index, Ledger, Page
from ledger_node.proof import bundle, facts, trust
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.documents import documents_of
from ledger_node.proof.envelope import MAX_FOLLOWING
from ledger_node.proof.envelope import Contracts as ProvenContracts
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.header import BlockRef
from ledger_node.proof.operators import MAX_ORGANISATIONS, Operators, TrustedOrganisation
from ledger_node.proof.subject import CONSENT, DATASET_VERSION, MODEL_VERSION, Subject
from ledger_node.services.documents import Documents
from ledger_node.services.facts import facts_of
from ledger_node.services.lineage import Lineages
from ledger_node.services.reading import checkpoint

SLOTS_PER_QUESTION = 256  # storage words asked for in one eth_getProof


class Evidence:
    def __init__(
        self,
        identity: Identity,
        index: Index,
        ledger: Ledger,
        finality: Finality,
        checkpoints: Checkpoints,
        lineages: Lineages,
        documents: Documents,
    ) -> None:
        self._identity = identity
        self._index = index
        self._ledger = ledger
        self._finality = finality
        self._checkpoints = checkpoints
        self._lineages = lineages
        self._documents = documents

    def bundle(self, subject: Subject, as_of: int | None = None, validators_at: int | None = None) -> bytes:
        """The evidence bundle about a subject as of a block, in its one form. For a reader who knows the validators at
        block `validators_at` it holds the sealed headers from there on.

        Engines forget old states. What the contracts log only grows, so then the newest block answers for the time of
        the one asked about. NotFound for an unknown subject, EvidenceUnavailable when the engine serves no
        proof at all, InvalidField when there are too many headers.
        """
        asked = self._lineages.behind(subject, as_of)
        try:
            return self._bundle(subject, asked, asked.as_of.timestamp, validators_at)
        except EvidenceUnavailable:
            newest = self._lineages.behind(subject)
            if newest.as_of.number == asked.as_of.number:
                raise
            return self._bundle(subject, newest, asked.as_of.timestamp, validators_at)

    def _bundle(self, subject: Subject, behind: Provenance, at: int, validators_at: int | None) -> bytes:
        stated = facts_of(behind)
        contracts = self._contracts_of(subject, behind)
        number = behind.as_of.number
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
            subject=subject,
            at=at,
            facts=stated,
            documents=self._known_documents(stated),
            header=self._ledger.header(number),
            proofs=proofs,
            checkpoints=self._signed(number),
            sealed=[] if validators_at is None else self._sealed(validators_at, number),
        )
        return bundle.dump(made)

    def _signed(self, number: int) -> tuple[SignedCheckpoint, ...]:
        """What operators signed of the block. Of a split view a bundle says nothing."""
        found = self._checkpoints.find(number)
        return () if found is None or found.split_view else found.checkpoints

    def _sealed(self, after: int, number: int) -> list[dict[str, Any]]:
        """Headers with their seals: to the block, and so many more as the engine wants until it stays."""
        head = self._ledger.head()
        last = min(head.number, number + head.number - self._finality.height(head))
        if last - after > MAX_FOLLOWING:
            raise InvalidField(
                "too many headers for a bundle", got=f"{last - after}", needed=f"validators {MAX_FOLLOWING} blocks back"
            )
        return self._ledger.headers(range(after + 1, last + 1))

    def trust(self) -> bytes:
        """What this node vouches for: the chain, its contracts and their code, the newest block it has indexed, and
        whose signatures count for later ones: the operators of a majority of the active organisations.

        For a reader whose bundle comes from another party than this node.
        """
        deployment = self._identity.deployment
        at = checkpoint(self._index)
        return trust.dump(
            trust.Trust(
                format=trust.FORMAT,
                chain_id=deployment.chain_id,
                genesis=_bytes(deployment.genesis),
                checkpoint=BlockRef(at.number, _bytes(at.hash)),
                contracts={
                    name: trust.TrustedContract(_address(address), _bytes(deployment.code_hashes[name]))
                    for name, address in deployment.contracts.items()
                },
                operators=self._operators(at.number),
            )
        )

    def _operators(self, block: int) -> Operators | None:
        """Those of the active organisations that have one."""
        members = self._index.organisations(Page(block, MAX_ORGANISATIONS))
        active = [one.number for one in members if one.voted is OrganisationStatus.ACTIVE]
        found = [TrustedOrganisation(number, self._keys_of(number, block)) for number in active]
        known = tuple(one for one in found if one.operators)
        return Operators(len(known) // 2 + 1, known) if known else None

    def _keys_of(self, organisation: int, block: int) -> tuple[bytes, ...]:
        keys = self._index.keys(organisation, block)
        held = [one for one in keys if (one.role, one.state) == (KeyRole.OPERATOR, "accepted")]
        return tuple(sorted(_address(one.address) for one in held))

    def _contracts_of(self, subject: Subject, behind: Provenance) -> Contracts:
        """Those of the generation in which the subject came to be: all that it came from is there too."""
        key, block = to_hex(subject.id), behind.as_of.number
        places = {
            MODEL_VERSION: {(one.id, 0): one.at for one in behind.model_versions},
            DATASET_VERSION: {(one.dataset, one.number): one.at for one in behind.dataset_versions},
            CONSENT: {(one.id, 0): one.at for one in behind.consents},
        }
        known = Generations.known(self._identity.deployment.contracts, self._index.generations(block))
        return known.contracts_of(self._index.generation_of(places[subject.kind][key, subject.number]))

    def _known_documents(self, stated: facts.Facts) -> list[bytes]:
        """The documents that this node has; the bundle names those that it has not."""
        found = []
        for document in documents_of(stated):
            try:
                found.append(self._documents.get(to_hex(document.digest)))
            except UnknownDocument:
                continue
        return found


def _bytes(text: str) -> bytes:
    return parse_hex(text, 32)


def _address(text: str) -> bytes:
    return parse_hex(text.lower(), 20)
