"""Issuing, suspending, reinstating and revoking consents."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.codes import TAINTING, Capability, StateReason
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import LONGEST_SUSPENSION, Consent, Terms
from ledger_node.domain.request import compared
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, InvalidWindow, NotPermitted, StateConflict, UnknownGrantee
from ledger_node.ports import Clock, Index
from ledger_node.proof import ids
from ledger_node.services.batches import each
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.requests import require_open
from ledger_node.services.submissions import Submissions, once
from ledger_node.services.terms import require_sound


class Consents:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership, clock: Clock) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._clock = clock

    @once
    def issue(self, idempotency: Idempotency, terms: Terms) -> Command:
        self.require_issuable(terms)
        return self._submissions.making(
            idempotency, ids.CONSENT, "consent.issue", "consents", "issue", values_of(terms)
        )

    def require_issuable(self, terms: Terms) -> None:
        """Raises what would keep `issue` from sending these terms now."""
        self._membership.require(Capability.CUSTODIAN)
        dataset = require(self._index.find_dataset(terms.dataset, block_of(self._index, None)), "dataset")
        self._membership.require_ours(dataset.custodian, "only the custodian grants on a dataset")
        require_in_force(self._index, dataset.at, "dataset")
        self._require_user(terms.grantee)
        require_sound(terms, self._clock.now())
        if terms.request is not None:
            self._require_answerable(terms, terms.request)
        if terms.supersedes is not None:
            self._require_superseding(terms, terms.supersedes)

    @once
    def suspend(self, _: Idempotency, consent: str, reason: StateReason) -> Command:
        """The grantor's own suspension, without end until it reinstates."""
        found = self._require_suspendable(consent)
        return self._act("consent.suspend", "suspend", found, int(reason))

    @once
    def suspend_all(self, _: Idempotency, consents: Sequence[str], reason: StateReason) -> Command:
        """As `suspend`, for 1 to MAX_BATCH consents of one generation, all or none."""
        found = each("consents", _distinct(consents), self._require_suspendable)
        return self._act_on_all("suspendAll", found, int(reason))

    @once
    def suspend_by_regulator(self, _: Idempotency, consent: str, reason: StateReason, until: int) -> Command:
        """A regulator's suspension, which ends by itself at `until` (Unix seconds), at most 30 days ahead."""
        found = self._require_suspendable_by_regulator(consent, until)
        return self._act("consent.suspend", "suspendByRegulator", found, int(reason), until)

    @once
    def suspend_all_by_regulator(
        self, _: Idempotency, consents: Sequence[str], reason: StateReason, until: int
    ) -> Command:
        """As `suspend_by_regulator`, for 1 to MAX_BATCH consents of one generation, all or none."""
        found = each(
            "consents", _distinct(consents), lambda consent: self._require_suspendable_by_regulator(consent, until)
        )
        return self._act_on_all("suspendAllByRegulator", found, int(reason), until)

    @once
    def reinstate(self, _: Idempotency, consent: str, reason: StateReason) -> Command:
        """The grantor lifts its own suspension; a regulator's stays until it ends."""
        found = self._require_ours(consent)
        require_in_force(self._index, found.at, "consent")
        if not found.grantor_suspended:
            raise StateConflict(
                "the grantor has not suspended this consent",
                got="no suspension by the grantor",
                needed="a suspension of one's own; others end by themselves",
            )
        return self._act("consent.reinstate", "reinstate", found, int(reason))

    @once
    def revoke(self, _: Idempotency, consent: str, reason: StateReason) -> Command:
        """Ends it for ever; what has ended for a reason that only looks forward, once more for one that taints."""
        found = self._find_ours(consent)
        ended = found.revocation()
        if ended is not None and (ended.reason in TAINTING or reason not in TAINTING):
            raise _revoked()
        return self._act("consent.revoke", "revoke", found, int(reason))

    def _require_user(self, grantee: int) -> None:
        """Who can never use data is granted none."""
        found = self._index.find_organisation(grantee, block_of(self._index, None))
        if found is None:
            raise UnknownGrantee(
                "the grantee is not a member of this consortium",
                got=f"organisation {grantee}",
                needed="the number of a publisher, as GET /v1/organisations lists them",
            )
        if not found.capabilities & (Capability.PUBLISHER | Capability.CUSTODIAN):
            raise UnknownGrantee(
                "the grantee can never use data",
                got=f"organisation {grantee}",
                needed="an organisation with the capability PUBLISHER or CUSTODIAN",
            )

    def _require_answerable(self, terms: Terms, request: str) -> None:
        found = require(self._index.find_request(request, block_of(self._index, None)), "request")
        require_open(found)
        if found.requester != terms.grantee or found.wanted.dataset != terms.dataset:
            raise InvalidField(
                "the request is another organisation's or about another dataset",
                got=f"a request of organisation {found.requester}",
                needed="the requester as grantee, and the dataset of the request",
                field="body.request",
            )
        if wider := compared(found.wanted, terms).wider:
            raise InvalidField(
                "the consent permits more than its request asks for",
                got=f"more in {', '.join(wider)}",
                needed="the terms of the request or narrower ones, or a consent that names no request",
                field=f"body.{wider[0]}",
                fields=[f"body.{name}" for name in wider],
            )

    def _require_superseding(self, terms: Terms, former: str) -> None:
        found = self._require_ours(former)
        if found.terms.grantee != terms.grantee or found.terms.dataset != terms.dataset:
            raise InvalidField(
                "a consent supersedes one to the same grantee on the same dataset",
                got=f"a consent to organisation {found.terms.grantee}",
                needed="the same grantee and dataset, or a revocation and a new consent",
                field="body.supersedes",
            )
        if self._clock.now() < found.regulator_until:
            raise StateConflict(
                "a suspension by a regulator or a vote of the superseded consent still runs",
                got="SUSPENDED",
                needed="its end",
            )
        if found.rounds_used > terms.max_rounds or found.epsilon_spent > terms.epsilon_budget:
            raise StateConflict(
                "the superseded consent has used more than the new terms permit in all",
                got=f"{found.rounds_used} rounds and {found.epsilon_spent} millionths of epsilon",
                needed="maxRounds and epsilonBudget not below what is used",
            )

    def _get(self, consent: str) -> Consent:
        return require(self._index.find_consent(consent, block_of(self._index, None)), "consent")

    def _find_ours(self, consent: str) -> Consent:
        self._membership.require(Capability.CUSTODIAN, protective=True)
        found = self._get(consent)
        self._membership.require_ours(found.grantor, "only the hospital that granted a consent may do this")
        return found

    def _require_ours(self, consent: str) -> Consent:
        return _unrevoked(self._find_ours(consent))

    def _require_suspendable(self, consent: str) -> Consent:
        found = self._require_ours(consent)
        if found.grantor_suspended:
            raise StateConflict("the grantor has suspended this consent already", got="SUSPENDED", needed="ACTIVE")
        return found

    def _require_suspendable_by_regulator(self, consent: str, until: int) -> Consent:
        ours = self._membership.require(Capability.REGULATOR, protective=True)
        found = _unrevoked(self._get(consent))
        if found.grantor == ours.number:
            raise NotPermitted("a regulator does not suspend a consent of its own", needed="another regulator")
        if found.regulator_until:
            raise StateConflict(
                "a regulator or a vote has suspended this consent once",
                got="once",
                needed="a vote, which may suspend again",
            )
        now = self._clock.now()
        if not now < until <= now + LONGEST_SUSPENSION:
            raise InvalidWindow(
                "a regulator's suspension ends within 30 days", needed="a time in the next 30 days", field="body.until"
            )
        return found

    def _act(self, kind: str, function: str, consent: Consent, *args: int) -> Command:
        generation = generation_of(self._index, consent.at)
        return Command(kind, "consents", function, (consent.id, *args), consent.id, generation)

    def _act_on_all(self, function: str, consents: Sequence[Consent], *args: int) -> Command:
        generations = {generation_of(self._index, consent.at) for consent in consents}
        if len(generations) > 1:
            raise InvalidField(
                "the consents are of several generations", got=f"{len(generations)}", needed="a batch for each"
            )
        ids_of = [consent.id for consent in consents]
        return Command("consent.suspend", "consents", function, (ids_of, *args), generation=generations.pop())


def values_of(terms: Terms) -> tuple[object, ...]:
    """The terms in the order of `Terms` in `contracts/types/DataUse.sol`."""
    return (
        terms.dataset,
        terms.grantee,
        terms.version_from,
        terms.version_to,
        int(terms.basis),
        int(terms.permission),
        int(terms.modifiers),
        int(terms.purposes),
        int(terms.operations),
        terms.condition,
        int(terms.regions),
        terms.deidentification,
        terms.not_before,
        terms.expires_at,
        terms.max_rounds,
        terms.epsilon_budget,
        terms.project_ref,
        terms.policy_digest,
        terms.request or NOTHING,
        terms.supersedes or NOTHING,
    )


def _distinct(consents: Sequence[str]) -> Sequence[str]:
    if len(set(consents)) != len(consents):
        raise InvalidField(
            "a batch names each consent once",
            got=f"{len(consents)} consents, {len(set(consents))} of them different",
            needed="different consents",
            field="body.consents",
        )
    return consents


def _unrevoked(consent: Consent) -> Consent:
    if consent.revocation() is not None:
        raise _revoked()
    return consent


def _revoked() -> StateConflict:
    return StateConflict("the consent is revoked, for ever", got="REVOKED", needed="issue a new consent")
