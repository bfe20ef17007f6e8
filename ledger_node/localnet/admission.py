"""Letting members in by vote, and their keys accepting: what each organisation would do with its own keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger_node.chain import acts
from ledger_node.chain.acts import Act, Acts
from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.codes import KeyRole, ProposalKind
from ledger_node.domain.command import Contracts
from ledger_node.errors import ContractRefused, NetworkState
from ledger_node.localnet.members import Member
from ledger_node.localnet.settling import settle


class Admissions:
    """`depth` is how many blocks on top of one make it stay: the next step may be another key's."""

    def __init__(self, ledger: RpcLedger, contracts: Contracts, chain_id: int, depth: int = 0) -> None:
        self._ledger = ledger
        self._depth = depth
        self._acts = Acts(ledger, contracts)
        self._chain_id = chain_id

    def admit(self, founders: Sequence[Member], newcomers: Sequence[Member]) -> None:
        """Each newcomer is proposed by the first founder and voted in by all founders; its admin key joins by carrying
        the vote out, and its operator key accepts."""
        if not newcomers:
            return
        voters = [member.signer("operator", self._chain_id) for member in founders]
        payloads = [self._payload(member) for member in newcomers]
        first = len(founders) + 1  # organisations are numbered in the order of their admission
        opened = self._do([acts.propose(voters[0], ProposalKind.ADMIT, payload) for payload in payloads])
        proposals = [int(outcome["proposal"]) for outcome in opened]
        self._do([acts.vote(voter, proposal, True) for voter in voters for proposal in proposals])
        admins = [member.signer("admin", self._chain_id) for member in newcomers]
        passed = zip(admins, proposals, payloads, strict=True)
        self._do([acts.execute(admin, proposal, payload) for admin, proposal, payload in passed])
        offered = zip(admins, newcomers, strict=True)
        self._do([acts.offer(admin, member.operator, KeyRole.OPERATOR) for admin, member in offered])
        operators = [member.signer("operator", self._chain_id) for member in newcomers]
        self._do([acts.accept(operator, first + i) for i, operator in enumerate(operators)])

    def _payload(self, member: Member) -> str:
        plan = member.plan
        fields = {
            "admin": member.admin,
            "capabilities": int(plan.capabilities),
            "forProfit": plan.for_profit,
            "name": plan.name,
        }
        return self._ledger.payload(ProposalKind.ADMIT, fields)

    def _do(self, steps: Sequence[Act]) -> list[dict[str, Any]]:
        """NetworkState when one is refused."""
        try:
            outcomes = self._acts.do(steps)
        except ContractRefused as refused:
            raise NetworkState("an admission was refused", got=refused.got, needed=refused.detail) from None
        settle(self._ledger, [outcome["transaction"] for outcome in outcomes], self._depth)
        return outcomes
