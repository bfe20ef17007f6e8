"""Organisations, keys, proposals and generations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger_node.domain.codes import Capability, ProposalKind, StateReason, names_of
from ledger_node.domain.command import GENERATION_ROLES
from ledger_node.domain.feed import subject_of
from ledger_node.domain.organisation import Generation, Key, Organisation, Proposal
from ledger_node.domain.position import Event
from registry_api.reading import View
from registry_api.schemas import key as keys
from registry_api.schemas import organisation as organisations
from registry_api.schemas import proposal as proposals
from registry_api.schemas.base import rfc3339, some_time


def show_organisation(view: View, found: Organisation) -> organisations.OrganisationFacts:
    return organisations.OrganisationFacts(
        number=found.number,
        name=found.name,
        admin=found.admin,
        capabilities=names_of(found.capabilities),
        for_profit=found.for_profit,
        status=found.status_at(view.time).name,
        emergency_until=some_time(found.emergency_until),
        emergencies=[
            organisations.Emergency(
                regulator=view.organisation(one.regulator),
                reason=one.reason.name,
                at=rfc3339(one.suspended_at),
                until=rfc3339(one.until),
                block=one.at.block,
            )
            for one in found.emergencies
        ],
        block=found.at.block,
    )


def show_key(view: View, found: Key) -> keys.KeyFacts:
    confirmed_by = found.compromise_confirmed_by
    return keys.KeyFacts(
        address=found.address,
        organisation=view.organisation(found.organisation),
        role=found.role.name,
        state=found.state,
        acceptable_from=some_time(found.acceptable_from) if found.state == "proposed" else None,
        compromised_since=some_time(found.compromised_since),
        compromise_reporter=found.compromise_reporter,
        compromise_claimed_at=some_time(found.compromise_claimed_at),
        compromise_confirmed_by=None if confirmed_by is None else view.organisation(confirmed_by),
        compromise_confirmed_since=some_time(found.confirmed_since),
        block=found.at.block,
    )


def show_written(view: View, key: Key, found: Event) -> keys.WrittenFact:
    at = view.time_at(found.at.block)
    return keys.WrittenFact(
        contract=found.contract,
        generation=found.generation,
        event=found.name,
        subject=subject_of(found),
        transaction=found.transaction,
        written_at=rfc3339(at),
        doubtful=0 < key.doubtful_since <= at,
        block=found.at.block,
    )


def show_generation(found: Generation, newest: int) -> organisations.GenerationFacts:
    return organisations.GenerationFacts(
        number=found.number,
        contracts={role: getattr(found, role) for role in GENERATION_ROLES},
        in_force=found.number == newest,
        block=found.at.block,
    )


def show_proposal(view: View, found: Proposal) -> proposals.ProposalFacts:
    tally = view.node.proposals.tally(found, view.block)
    return proposals.ProposalFacts(
        number=found.number,
        proposer=view.organisation(found.proposer),
        kind=found.kind.name,
        payload=found.payload,
        **show_about(view, found.kind, view.node.proposals.fields_of(found)),
        deadline=rfc3339(found.deadline),
        electorate=found.electorate,
        needed=found.needed,
        needed_custodians=found.needed_custodians,
        in_favour=tally.in_favour,
        custodians_in_favour=tally.custodians_in_favour,
        against=tally.against,
        state=_state(found, view.time, lambda: tally.passed),
        votes=[
            proposals.CastVote(organisation=view.organisation(voter), in_favour=vote)
            for voter, vote in sorted(found.votes.items())
        ],
        block=found.at.block,
    )


def state_of(view: View, found: Proposal) -> str:
    return _state(found, view.time, lambda: view.node.proposals.tally(found, view.block).passed)


def _state(found: Proposal, time: int, passed: Callable[[], bool]) -> str:
    """Votes are counted only where they decide: the store is asked for who may vote."""
    if found.executed:
        return "EXECUTED"
    if time >= found.deadline:
        return "LAPSED"
    return "PASSED" if passed() else "OPEN"


def show_about(view: View, kind: ProposalKind, fields: dict[str, Any]) -> dict[str, Any]:
    """The members of `About` that the kind has. `fields` are its payload's by their Solidity names."""
    if kind is ProposalKind.ADMIT:
        capabilities = names_of(Capability(fields["capabilities"]))
        return {
            "admission": proposals.ProposedAdmission(
                admin=fields["admin"],
                capabilities=capabilities,
                for_profit=fields["forProfit"],
                name=fields["name"],
            )
        }
    if kind is ProposalKind.CHANGE_THRESHOLDS:
        return {"thresholds": organisations.Thresholds(all=fields["all"], custodians=fields["custodians"])}
    if kind is ProposalKind.REGISTER_GENERATION:
        return {"contracts": {role: fields[role] for role in GENERATION_ROLES}}
    shown = dict(fields)
    if "organisation" in shown:
        shown["organisation"] = view.organisation(shown["organisation"])
    if "reason" in shown:
        shown["reason"] = StateReason(shown["reason"]).name
    return shown
