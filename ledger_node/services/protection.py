"""Protecting the consortium at once: emergency suspensions, and keys that are compromised."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, EmergencyReason, OrganisationStatus
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.organisation import LONGEST_EMERGENCY, Key
from ledger_node.errors import InvalidWindow, NotPermitted, StateConflict
from ledger_node.ports import Clock, Index
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, checksummed, require
from ledger_node.services.submissions import Submissions, once


class Protection:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership, clock: Clock) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._clock = clock

    @once
    def suspend_in_emergency(self, _: Idempotency, number: int, reason: EmergencyReason, until: int) -> Command:
        """A regulator suspends another organisation until a Unix time, at most 30 days ahead, once until a vote
        reinstates it."""
        ours = self._membership.require(Capability.REGULATOR)
        found = require(self._index.find_organisation(number, block_of(self._index, None)), "organisation")
        if number == ours.number:
            raise NotPermitted("a regulator does not suspend itself", needed="another organisation")
        if found.emergency_until:
            raise StateConflict(
                "a regulator has suspended this organisation once", got="once", needed="a vote, which may suspend again"
            )
        now = self._clock.now()
        if (status := found.status_at(now)) is not OrganisationStatus.ACTIVE:
            raise StateConflict("the organisation is not active", got=status.name, needed="ACTIVE")
        if not now < until <= now + LONGEST_EMERGENCY:
            raise InvalidWindow(
                "an emergency suspension ends within 30 days", needed="a time in the next 30 days", field="body.until"
            )
        args = (number, int(reason), until)
        return Command("organisation.suspend", "consortium", "suspendInEmergency", args, str(number))

    @once
    def report_compromise(self, _: Idempotency, address: str, since: int) -> Command:
        """A claim of our organisation that one of its keys was compromised from a Unix time on."""
        ours = self._membership.require(protective=True)
        found = self._get(address)
        self._membership.require_ours(found.organisation, "an organisation reports its own keys")
        claimed = found.compromised_since
        latest = claimed - 1 if claimed else self._clock.now()
        if not 0 < since <= latest:
            raise StateConflict(
                "a later claim names an earlier time" if claimed else "the time lies in the future",
                got="a later time",
                needed="a time before the claim that stands" if claimed else "a time that has passed",
            )
        return Command("key.report", "consortium", "reportCompromise", (found.address, since), str(ours.number))

    @once
    def confirm_compromise(self, _: Idempotency, address: str, since: int) -> Command:
        """A regulator confirms another organisation's claim from a time on that it covers, which retires the key."""
        ours = self._membership.require(Capability.REGULATOR)
        found = self._get(address)
        if not 0 < found.compromised_since <= since <= self._clock.now():
            raise StateConflict(
                "the key's organisation has not claimed this",
                got="another time" if found.compromised_since else "no claim",
                needed="a time that the claim covers, as GET /v1/keys/{address} shows it",
            )
        if found.organisation == ours.number:
            raise NotPermitted("a regulator does not confirm its own claim", needed="another regulator")
        if 0 < found.confirmed_since <= since:
            raise StateConflict("the claim is confirmed already", got="confirmed", needed="an earlier time")
        return Command(
            "key.confirm", "consortium", "confirmCompromise", (found.address, since), str(found.organisation)
        )

    def _get(self, address: str) -> Key:
        return require(self._index.find_key(checksummed(address), block_of(self._index, None)), "key")
