"""How the vectors' history is written down: ids with their salts, and records with their digests.

Both are computed with eth_abi from the structs of `contracts`, so that neither Solidity nor `ledger_node.proof` judges
itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import rlp
from eth_abi import encode
from eth_abi.packed import encode_packed
from eth_utils import keccak, to_checksum_address

from ledger_node.proof import facts, schema
from ledger_node.proof.facts import NONE
from ledger_node.proof.hashing import to_hex

CHAIN = 424242
DEPLOYER = bytes.fromhex("00000000000000000000000000000000dec0de01")
#: In the order in which the deployer creates them.
CONTRACTS = ("consortium", "datasets", "consents", "training", "models", "anchors")
START = 1_800_000_000

INPUT = "(bytes32,uint32,bytes32,uint8)"
SCOPE = "(uint16,uint40,uint24,bytes32)"
PARENT = "(bytes32,uint32,bytes32)"
PUBLICATION = "(bytes32,bytes32,bytes32,uint16,uint8,uint8,uint8,uint48)"
OPENING = f"(bytes32,{SCOPE},bytes32,bytes32,bytes32)"
TERMS = (
    "(bytes32,uint32,uint32,uint32,uint8,uint8,uint32,uint16,uint8,uint24,uint40,uint16,uint48,uint48,uint24,uint40,"
    "bytes32,bytes32,bytes32,bytes32)"
)
WANTED = "(bytes32,uint16,uint8,uint24,uint40,uint48,uint48,uint24,uint40,bytes32,bytes32)"


def digest(types: Sequence[str], values: Sequence[Any]) -> bytes:
    return bytes(keccak(encode(types, values)))


def word(name: str) -> bytes:
    """32 bytes that stand for a thing of this name."""
    return hashlib.sha256(name.encode()).digest()


def address_of(contract: str) -> bytes:
    """The address of the deployer's creation with that nonce."""
    return bytes(keccak(rlp.encode([DEPLOYER, CONTRACTS.index(contract)]))[12:])


class Book:
    """What is written: the ids that were derived, and the records in the order of the history."""

    def __init__(self) -> None:
        self.ids: list[dict[str, Any]] = []
        self.records: list[dict[str, Any]] = []

    def id_of(self, kind: str, contract: str, organisation: int, name: str) -> bytes:
        """keccak256(abi.encode(tag, chain id, contract, organisation, salt)) of a salt made from the name."""
        tag, address, salt = f"medledger.{kind}.v1", address_of(contract), word(f"salt {name}")
        values = [bytes(keccak(tag.encode())), CHAIN, address, organisation, salt]
        found = digest(["bytes32", "uint256", "address", "uint32", "bytes32"], values)
        vector = {"tag": tag, "chainId": CHAIN, "contract": to_checksum_address(address)}
        self.ids.append(vector | {"organisation": organisation, "salt": to_hex(salt), "id": to_hex(found)})
        return found

    def act(self, kind: str, **fields: Any) -> None:
        """Something that has no digest of its own."""
        shown = {key: to_hex(value) if isinstance(value, bytes) else value for key, value in fields.items()}
        self.records.append({"kind": kind, "fields": shown})

    def fact(self, kind: str, fields: Any, types: Sequence[str], values: Sequence[Any]) -> bytes:
        found = digest(types, values)
        self.records.append({"kind": kind, "fields": fields, "digest": to_hex(found)})
        return found

    # One method for each fact that has a record digest; the formulas are those of the interfaces.

    def organisation(self, fact: facts.Organisation) -> None:
        values = [fact.number, fact.capabilities, fact.for_profit, bytes(keccak(fact.name.encode()))]
        shown = _some(schema.organisation.write(fact), "number", "capabilities", "forProfit", "name")
        shown["admin"] = to_checksum_address(fact.admin)
        self.fact("organisation", shown, ["uint32", "uint8", "bool", "bytes32"], values)

    def dataset_version(self, fact: facts.DatasetVersion) -> None:
        derivation = NONE
        if fact.derivation is not None:
            parents = [(one.dataset, one.version, one.consent) for one in fact.derivation.parents]
            derivation = digest([SCOPE, f"{PARENT}[]"], [_scope(fact.derivation.scope), parents])
        publication = (
            *(fact.root, fact.card_digest, fact.attestation_digest, fact.options),
            *(fact.size_class, fact.claim, fact.supersession, fact.opt_out_checked_at),
        )
        types = ["bytes32", "uint32", "uint32", "uint48", PUBLICATION, "bytes32"]
        values = [fact.dataset, fact.number, fact.custodian, fact.published_at, publication, derivation]
        self.fact("dataset-version", _but(schema.dataset_version.write(fact), "epsilonSpent"), types, values)

    def erasure(self, dataset: bytes, version: int, custodian: int, receipt: bytes, at: int) -> None:
        shown = {"dataset": to_hex(dataset), "version": version, "custodian": custodian, "at": at}
        types = ["bytes32", "uint32", "uint32", "bytes32", "uint48"]
        values = [dataset, version, custodian, receipt, at]
        self.fact("erasure", shown | {"receiptDigest": to_hex(receipt)}, types, values)

    def request(self, key: bytes, requester: int, made_at: int, wanted: dict[str, Any]) -> None:
        shown = {name: to_hex(value) if isinstance(value, bytes) else value for name, value in wanted.items()}
        values = [key, requester, made_at, tuple(wanted.values())]
        fields = {"request": to_hex(key), "requester": requester, "madeAt": made_at, **shown}
        self.fact("request", fields, ["bytes32", "uint32", "uint48", WANTED], values)

    def consent(self, fact: facts.Consent) -> None:
        terms = (
            *(fact.dataset, fact.grantee, fact.version_from, fact.version_to, fact.basis, fact.permission),
            *(fact.modifiers, fact.purposes, fact.operations, fact.condition, fact.regions, fact.deidentification),
            *(fact.not_before, fact.expires_at, fact.max_rounds, fact.epsilon_budget, fact.project_ref),
            *(fact.policy_digest, fact.request, fact.supersedes),
        )
        values = [fact.id, fact.grantor, fact.issued_at, terms]
        shown = _but(schema.consent.write(fact), "roundsUsed", "epsilonSpent", "log")
        self.fact("consent", shown, ["bytes32", "uint32", "uint48", TERMS], values)

    def model(self, fact: facts.Model) -> None:
        shown = _but(schema.model.write(fact), "latest")
        self.fact("model", shown, ["bytes32", "uint32", "bytes32"], [fact.id, fact.publisher, fact.card_digest])

    def run(self, fact: facts.Run) -> None:
        opening = (fact.model, _scope(fact.scope), fact.card_digest, fact.code_digest, fact.container_digest)
        inputs = [(one.dataset, one.version, one.consent, one.operation) for one in fact.inputs]
        values = [fact.id, fact.publisher, fact.opened_at, opening, digest([f"{INPUT}[]"], [inputs])]
        shown = _but(schema.run.write(fact), "rounds", "outcome", "resultDigest", "closedAt")
        self.fact("run", shown, ["bytes32", "uint32", "uint48", OPENING, "bytes32"], values)

    def round(self, run: facts.Run, number: int, fact: facts.Round, acts: Sequence[tuple[int, Any]] = ()) -> None:
        """Opens it, lets each input answer in the order of time with the acts between, and closes it when it closed."""
        shown = {"run": to_hex(run.id), "round": number, "epsilon": fact.epsilon, "openedAt": fact.opened_at}
        types = ["bytes32", "uint32", "uint40", "uint48"]
        opened = self.fact("round-opened", shown, types, [run.id, number, fact.epsilon, fact.opened_at])
        steps = [(answer.at, lambda answer=answer: self.answer(run, number, answer)) for answer in fact.answers]
        for _, step in sorted([*steps, *acts], key=lambda timed: timed[0]):
            step()
        if fact.is_open:
            return
        closing = _some(schema.training_round.write(fact), "aggregateDigest", "closedAt")
        closing |= {"run": to_hex(run.id), "round": number}
        counts = {"contributions": fact.contributions, "refusals": fact.refusals}
        values = [opened, fact.aggregate_digest, fact.contributions, fact.refusals, fact.closed_at]
        self.fact("round-closed", closing | counts, ["bytes32", "bytes32", "uint8", "uint8", "uint48"], values)

    def answer(self, run: facts.Run, number: int, fact: facts.Answer) -> None:
        shown = {"run": to_hex(run.id), "round": number} | _but(schema.answer.write(fact))
        types = ["bytes32", "uint32", "uint8", "uint32", "bytes32", "uint8", "uint8", "uint48"]
        values = [run.id, number, fact.position, fact.custodian, fact.update_digest]
        self.fact("answer", shown, types, [*values, fact.refusal, fact.consent_state, fact.at])

    def run_closing(self, fact: facts.Run) -> None:
        shown = _some(schema.run.write(fact), "outcome", "resultDigest", "closedAt")
        values = [fact.id, fact.outcome, fact.result_digest, fact.closed_at, len(fact.rounds)]
        fields = {"run": to_hex(fact.id), "rounds": len(fact.rounds), **shown}
        self.fact("run-closing", fields, ["bytes32", "uint8", "bytes32", "uint48", "uint32"], values)

    def model_version(self, fact: facts.ModelVersion) -> None:
        parents = bytes(keccak(encode_packed(["bytes32[]"], [fact.parents])))
        publication = (fact.model, fact.run, fact.artifact_digest, fact.card_digest)
        types = ["bytes32", "uint32", "uint32", "uint48", "(bytes32,bytes32,bytes32,bytes32)", "bytes32"]
        values = [fact.id, fact.publisher, fact.number, fact.published_at, publication, parents]
        shown = _but(schema.model_version.write(fact), "lifecycle", "forSale", "recalls")
        self.fact("model-version", shown, types, values)

    def recall(self, fact: facts.Recall) -> None:
        types = ["bytes32", "bytes32", "uint32", "uint8", "bytes32", "bytes32", "uint48"]
        values = [fact.id, fact.version, fact.issuer, fact.severity, fact.notice_digest, fact.replacement]
        shown = _but(schema.recall.write(fact), "liftedAt", "acknowledgedBy")
        self.fact("recall", shown, types, [*values, fact.issued_at])

    def proposal(self, kind: int, types: Sequence[str], values: Sequence[Any], at: int) -> None:
        """Voted on and carried out in one second."""
        payload = encode(types, values)
        shown = {"proposal": kind, "payload": to_hex(payload), "at": at}
        self.fact("proposal", shown, ["uint8", "bytes"], [kind, payload])

    def stream_anchor(self, key: bytes, custodian: int, device_class: int, size: int, root: bytes, at: int) -> None:
        shown = {"stream": to_hex(key), "custodian": custodian, "deviceClass": device_class, "size": size, "at": at}
        types = ["bytes32", "uint32", "uint64", "bytes32", "uint48"]
        self.fact("stream-anchor", shown | {"root": to_hex(root)}, types, [key, custodian, size, root, at])


def _scope(scope: facts.Scope) -> tuple[int, int, int, bytes]:
    return scope.purposes, scope.regions, scope.condition, scope.project_ref


def _but(written: Any, *left_out: str) -> dict[str, Any]:
    """A written fact without what its digest does not hold."""
    return {key: value for key, value in written.items() if key not in left_out}


def _some(written: Any, *kept: str) -> dict[str, Any]:
    return {key: written[key] for key in kept}
