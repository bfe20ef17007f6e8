"""The chain and its contracts against the deployment record. Nothing here is mended: another chain or other code is for
people to explain."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.domain.command import GENERATION_ROLES, Deployment, Generations
from ledger_node.ports import Index
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.services.fsck.chain import Chain
from ledger_node.services.fsck.findings import Code, Finding

NO_CODE = to_hex(keccak256(b""))


class GenerationPart:
    name = "contracts"

    def __init__(self, chain: Chain, index: Index, deployment: Deployment) -> None:
        self._chain = chain
        self._index = index
        self._deployment = deployment

    def look(self, at: int) -> tuple[int, list[Finding]]:
        registered = self._index.generations(at)
        places = Generations.known(self._deployment.contracts, registered).listings()
        found = [*self._chain_itself()]
        for generation in registered:
            found += [
                Finding(Code.RECORD_DIFFERS, f"{role}/1", "the consortium lists another address than the record")
                for role in GENERATION_ROLES
                if generation.number == 1 and getattr(generation, role) != self._deployment.contracts.address_of(role)
            ]
        for place in places:
            code = self._chain.code_hash(place.address)
            subject = f"{place.role}/{place.generation or 1}"
            if code == NO_CODE:
                found.append(Finding(Code.CODE_ABSENT, subject, "there is no contract at its address"))
            elif place.generation <= 1 and code != self._deployment.code_hashes[place.role]:
                found.append(Finding(Code.CODE_DIFFERS, subject, "the code is not that of the deployment record"))
        return len(places), found

    def _chain_itself(self) -> Iterator[Finding]:
        known = self._chain.chain_id()
        if known != self._deployment.chain_id:
            yield Finding(Code.CHAIN_DIFFERS, "chain id", f"{known}, not {self._deployment.chain_id}")
        first = self._chain.block(0)
        if first is None or first.hash != self._deployment.genesis:
            yield Finding(Code.CHAIN_DIFFERS, "first block", "its hash is not that of the deployment record")

    def repair(self, _findings: list[Finding], /) -> Iterator[Finding]:
        yield from ()
