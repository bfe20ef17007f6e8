"""The trust file: what a node vouches for, for a reader whose evidence comes from another party."""

from __future__ import annotations

from ledger_node.domain.codes import OrganisationStatus
from ledger_node.domain.command import GENERATION_ROLES, Generations, Identity
from ledger_node.domain.position import BlockRef as Block
from ledger_node.ports import Index, Ledger, Page
from ledger_node.proof import trust
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.header import BlockRef
from ledger_node.proof.operators import MAX_OPERATORS, MAX_ORGANISATIONS, Operators, TrustedOrganisation
from ledger_node.proof.trust import TrustedContract
from ledger_node.services.reading import checkpoint


class Trusting:
    def __init__(self, identity: Identity, index: Index, ledger: Ledger) -> None:
        self._deployment = identity.deployment
        self._index = index
        self._ledger = ledger

    def file(self, told: Block | None = None) -> bytes:
        """The chain, its contracts and their code, a block of it, which is the newest that this node has indexed unless
        another one is `told`, and whose signatures count for later ones: the operators of a majority of the active
        organisations."""
        at = told or checkpoint(self._index)
        codes = self._deployment.code_hashes
        return trust.dump(
            trust.Trust(
                format=trust.FORMAT,
                chain_id=self._deployment.chain_id,
                genesis=parse_hex(self._deployment.genesis, 32),
                contracts={
                    name: _contract(address, codes[name]) for name, address in self._deployment.contracts.items()
                },
                later_generations=self._later_generations(at.number) or None,
                checkpoint=BlockRef(at.number, parse_hex(at.hash, 32)),
                operators=self._operators(at.number),
            )
        )

    def _later_generations(self, block: int) -> tuple[dict[str, TrustedContract], ...]:
        """As votes registered them, with the code that is at their addresses."""
        known = Generations.known(self._deployment.contracts, self._index.generations(block))
        return tuple(
            {
                role: _contract(getattr(one, role), self._ledger.code_hash(getattr(one, role)))
                for role in GENERATION_ROLES
            }
            for one in known.further
        )

    def _operators(self, block: int) -> Operators | None:
        """Those of the active organisations that have one."""
        members = self._index.organisations(Page(block, MAX_ORGANISATIONS))
        active = [one.number for one in members if one.voted is OrganisationStatus.ACTIVE]
        found = [TrustedOrganisation(number, self._keys_of(number, block)) for number in active]
        known = tuple(one for one in found if one.operators)
        return Operators(len(known) // 2 + 1, known) if known else None

    def _keys_of(self, organisation: int, block: int) -> tuple[bytes, ...]:
        """Its operators' addresses; of more than a trust file takes the first in their order."""
        held = [one for one in self._index.keys(organisation, block) if one.is_operator]
        return tuple(sorted(_address(one.address) for one in held)[:MAX_OPERATORS])


def _contract(address: str, code: str) -> TrustedContract:
    return TrustedContract(_address(address), parse_hex(code, 32))


def _address(text: str) -> bytes:
    return parse_hex(text.lower(), 20)
