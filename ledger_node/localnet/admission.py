"""Letting members in by vote, and their keys accepting: what each organisation would do with its own keys."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger_node.chain import abi
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.command import Command, Contracts
from ledger_node.errors import NetworkState
from ledger_node.localnet.members import Member

TIMEOUT = 60.0  # seconds for one transaction to be mined


@dataclass(frozen=True, slots=True)
class Act:
    """One transaction of one key."""

    signer: KeystoreSigner
    function: str
    args: tuple[object, ...]


class Admissions:
    def __init__(self, ledger: RpcLedger, contracts: Contracts, chain_id: int) -> None:
        self._ledger = ledger
        self._contracts = contracts
        self._chain_id = chain_id

    def admit(self, founders: Sequence[Member], newcomers: Sequence[Member]) -> None:
        """Each newcomer is proposed by the first founder, voted in by all founders, and then accepts its keys."""
        if not newcomers:
            return
        voters = [member.signer("operator", self._chain_id) for member in founders]
        payloads = [self._payload(member) for member in newcomers]
        first = len(founders) + 1  # organisations are numbered in the order of their admission
        opened = self._do([Act(voters[0], "propose", (int(ProposalKind.ADMIT), payload)) for payload in payloads])
        proposals = [int(outcome["proposal"]) for outcome in opened]
        self._do([Act(voter, "vote", (proposal, True)) for voter in voters for proposal in proposals])
        self._do([Act(voters[0], "execute", (proposal,)) for proposal in proposals])
        admins = [member.signer("admin", self._chain_id) for member in newcomers]
        self._do([Act(admin, "acceptKey", (first + i,)) for i, admin in enumerate(admins)])
        self._do([Act(a, "proposeOperator", (m.operator,)) for a, m in zip(admins, newcomers, strict=True)])
        operators = [member.signer("operator", self._chain_id) for member in newcomers]
        self._do([Act(operator, "acceptKey", (first + i,)) for i, operator in enumerate(operators)])

    def _payload(self, member: Member) -> str:
        plan = member.plan
        return abi.encode_admission((member.admin, int(plan.capabilities), plan.for_profit, plan.name))

    def _do(self, acts: Sequence[Act]) -> list[dict[str, Any]]:
        """Sends all, then waits for all; NetworkState when one is refused."""
        nonces: dict[str, int] = {}
        sent = []
        for act in acts:
            address = act.signer.address
            nonce = nonces.get(address, -1) + 1 if address in nonces else self._ledger.transaction_count(address)
            nonces[address] = nonce
            calldata = self._ledger.calldata(Command(act.function, "consortium", act.function, act.args))
            signed = act.signer.sign(self._contracts.consortium, calldata, nonce)
            self._ledger.send(signed.raw)
            sent.append(signed.hash)
        return [self._outcome(transaction) for transaction in sent]

    def _outcome(self, transaction: str) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            receipt = self._ledger.receipt(transaction)
            if receipt is not None:
                outcome = self._ledger.outcome(receipt, self._contracts)
                if receipt.status != 1:
                    raise NetworkState("an admission was refused", got=str(outcome.get("error")))
                return outcome
            time.sleep(0.1)
        raise NetworkState("a transaction was not mined in time", needed=f"a block within {TIMEOUT:.0f} seconds")
