"""Whether consents permit a use, by the index: what the contract would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger_node.domain.codes import OrganisationStatus, Reason
from ledger_node.domain.consent import Circumstances, Consent, Use, judge
from ledger_node.domain.dataset import lowest_usable
from ledger_node.errors import ConsentRefused
from ledger_node.ports import Clock, Index
from ledger_node.services.reading import Times, block_of


class Permissions:
    def __init__(self, index: Index, times: Times, clock: Clock) -> None:
        self._index = index
        self._times = times
        self._clock = clock

    def check(self, consent: str, use: Use, as_of: int | None = None) -> Reason:
        """What the contract would say of this use now, or would have said at the end of block `as_of`, by the index."""
        block = block_of(self._index, as_of)
        time = self._clock.now() if as_of is None else self._times.of(block).timestamp
        return self._judge(self._index.find_consent(consent, block), use, block, time)

    def require(self, uses: Sequence[tuple[int, str, Use]], charged: dict[str, Consent] | None = None) -> None:
        """ConsentRefused naming the first use that its consent does not permit.

        Each use comes with its input's place, which the error names, and with the consent. They are judged one after
        another, as one transaction charges them: what an earlier use charges to a consent counts for the next, and
        what `charged` says of consents that earlier calls for the same transaction charged, to which it is added.
        """
        block, time = block_of(self._index, None), self._clock.now()
        known = {} if charged is None else charged
        for position, consent, use in uses:
            found = known.get(consent) or self._index.find_consent(consent, block)
            reason = self._judge(found, use, block, time)
            if found is None or reason is not Reason.OK:
                raise ConsentRefused(
                    f"the consent of input {position} does not permit {use.operation.name}: {reason.name}",
                    got=reason.name,
                    needed="a consent that permits the use; ask the hospital that granted it",
                    reason=reason.name,
                    consent=consent,
                    input=position,
                )
            rounds, spent = found.rounds_used + use.rounds, found.epsilon_spent + use.epsilon
            known[consent] = replace(found, rounds_used=rounds, epsilon_spent=spent)

    def _judge(self, consent: Consent | None, use: Use, block: int, time: int) -> Reason:
        if consent is None:
            return Reason.UNKNOWN_TOKEN
        versions = self._index.dataset_versions(consent.terms.dataset, block)
        grantor = self._index.find_organisation(consent.grantor, block)
        grantee = self._index.find_organisation(consent.terms.grantee, block)
        now = Circumstances(
            time=time,
            latest_version=len(versions),
            lowest_usable=lowest_usable(versions),
            options=next((version.options for version in versions if version.number == use.version), 0),
            grantor_active=grantor is not None and grantor.status_at(time) is OrganisationStatus.ACTIVE,
            grantee_active=grantee is not None and grantee.status_at(time) is OrganisationStatus.ACTIVE,
            grantee_for_profit=grantee is not None and grantee.for_profit,
        )
        return judge(consent, use, now)
