"""Issuing, suspending, reinstating, revoking and checking consents."""

from __future__ import annotations

from dataclasses import replace

from ledger_node.domain.codes import Capability, ConsentState, Operation, OrganisationStatus, Reason, StateReason
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import (
    LONGEST_REGULATOR_SUSPENSION,
    LONGEST_WINDOW,
    Circumstances,
    Consent,
    Terms,
    Use,
    judge,
)
from ledger_node.domain.dataset import lowest_usable
from ledger_node.domain.submission import Submission
from ledger_node.domain.training import RunInput
from ledger_node.errors import (
    ConsentRefused,
    InvalidField,
    InvalidPurpose,
    InvalidWindow,
    NotPermitted,
    StateConflict,
    UnknownGrantee,
)
from ledger_node.ports import Clock, Index
from ledger_node.proof import ids
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require, time_of
from ledger_node.services.submissions import Submissions


class Consents:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership, clock: Clock) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._clock = clock

    def issue(self, terms: Terms, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.CUSTODIAN)
        self._check_terms(terms)
        salt = self._submissions.salt(idempotency)
        consent = self._submissions.derive(ids.CONSENT, "consents", salt)
        values = (
            terms.dataset,
            terms.grantee,
            terms.version_from,
            terms.version_to,
            int(terms.basis),
            int(terms.purposes),
            int(terms.operations),
            terms.not_before,
            terms.expires_at,
            terms.max_rounds,
            terms.project_ref,
            terms.policy_digest,
        )
        return self._submissions.submit(
            Command("consent.issue", "consents", "issue", (salt, values), consent), idempotency
        )

    def _check_terms(self, terms: Terms) -> None:
        as_of = block_of(self._index, None)
        dataset = require(self._index.find_dataset(terms.dataset, as_of), "dataset")
        ours = self._submissions.identity.organisation
        if dataset.custodian != ours:
            raise NotPermitted(
                "only the custodian grants on a dataset",
                got=f"organisation {ours}",
                needed=f"organisation {dataset.custodian}",
            )
        grantee = self._index.find_organisation(terms.grantee, as_of)
        if grantee is None:
            raise UnknownGrantee(
                "the grantee is not a member of this consortium",
                got=f"organisation {terms.grantee}",
                needed="the number of a publisher, as GET /v1/organisations lists them",
            )
        if Capability.PUBLISHER not in grantee.capabilities:
            raise UnknownGrantee(
                "the grantee is not a publisher",
                got=f"organisation {terms.grantee}",
                needed="an organisation with the capability PUBLISHER",
            )
        if terms.purposes == 0 or terms.operations == 0:
            raise InvalidPurpose("a consent names purposes and operations", got="an empty list", needed="at least one")
        if terms.version_to and terms.version_to < terms.version_from:
            raise InvalidField("versionTo lies before versionFrom", needed="versionTo not below versionFrom, or 0")
        if terms.expires_at <= terms.not_before:
            raise InvalidWindow("the window is empty", needed="expiresAt after notBefore")
        if terms.expires_at <= self._clock.now():
            raise InvalidWindow("the window has passed", needed="expiresAt in the future")
        if terms.expires_at - terms.not_before > LONGEST_WINDOW:
            raise InvalidWindow(
                "the window is too long",
                got=f"{terms.expires_at - terms.not_before} seconds",
                needed=f"at most {LONGEST_WINDOW} seconds (ten years)",
            )

    def suspend(self, consent: str, reason: StateReason, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        found = self._require_ours(consent)
        self._refuse_revoked(found)
        return self._act("consent.suspend", "suspend", consent, (int(reason),), idempotency)

    def suspend_by_regulator(
        self, consent: str, reason: StateReason, until: int, idempotency: Idempotency
    ) -> Submission:
        """A regulator's suspension, which ends by itself at `until` (Unix seconds), at most 30 days ahead."""
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.REGULATOR)
        self._refuse_revoked(self._get(consent))
        now = self._clock.now()
        if not now < until <= now + LONGEST_REGULATOR_SUSPENSION:
            raise InvalidWindow("a regulator's suspension ends within 30 days", needed="a time in the next 30 days")
        return self._act("consent.suspend", "suspendByRegulator", consent, (int(reason), until), idempotency)

    def reinstate(self, consent: str, reason: StateReason, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        found = self._require_ours(consent)
        self._refuse_revoked(found)
        return self._act("consent.reinstate", "reinstate", consent, (int(reason),), idempotency)

    def revoke(self, consent: str, reason: StateReason, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._refuse_revoked(self._require_ours(consent))
        return self._act("consent.revoke", "revoke", consent, (int(reason),), idempotency)

    def check(self, consent: str, use: Use, as_of: int | None = None) -> Reason:
        """What the contract would say of this use now, or would have said at the end of block `as_of`, by the index."""
        block = block_of(self._index, as_of)
        time = self._clock.now() if as_of is None else time_of(self._index, block).timestamp
        return self._judge(self._index.find_consent(consent, block), use, block, time)

    def require_permitted(self, inputs: tuple[RunInput, ...], use: Use) -> None:
        """ConsentRefused naming the first input whose consent does not permit the use."""
        block = block_of(self._index, None)
        for position, item in enumerate(inputs):
            found = self._index.find_consent(item.consent, block)
            reason = self._judge(
                found, replace(use, dataset=item.dataset, version=item.version), block, self._clock.now()
            )
            if reason is not Reason.OK:
                raise ConsentRefused(
                    f"the consent of input {position} does not permit {Operation(use.operation).name}: {reason.name}",
                    got=reason.name,
                    needed="a consent that permits the use; ask the hospital that granted it",
                    reason=reason.name,
                    consent=item.consent,
                    input=position,
                )

    def _judge(self, consent: Consent | None, use: Use, block: int, time: int) -> Reason:
        if consent is None:
            return Reason.UNKNOWN_TOKEN
        versions = self._index.dataset_versions(consent.terms.dataset, block)

        def active(organisation: int) -> bool:
            found = self._index.find_organisation(organisation, block)
            return found is not None and found.status is OrganisationStatus.ACTIVE

        now = Circumstances(
            time=time,
            latest_version=len(versions),
            lowest_usable=lowest_usable(versions),
            grantor_active=active(consent.grantor),
            grantee_active=active(consent.terms.grantee),
        )
        return judge(consent, use, now)

    def _get(self, consent: str) -> Consent:
        return require(self._index.find_consent(consent, block_of(self._index, None)), "consent")

    def _require_ours(self, consent: str) -> Consent:
        self._membership.require(Capability.CUSTODIAN, protective=True)
        found = self._get(consent)
        ours = self._submissions.identity.organisation
        if found.grantor != ours:
            raise NotPermitted(
                "only the hospital that granted a consent may do this",
                got=f"organisation {ours}",
                needed=f"organisation {found.grantor}",
            )
        return found

    def _refuse_revoked(self, consent: Consent) -> None:
        if consent.state_at(self._clock.now()) is ConsentState.REVOKED:
            raise StateConflict("the consent is revoked, for ever", got="REVOKED", needed="issue a new consent")

    def _act(
        self, kind: str, function: str, consent: str, args: tuple[int, ...], idempotency: Idempotency
    ) -> Submission:
        return self._submissions.submit(Command(kind, "consents", function, (consent, *args), consent), idempotency)
