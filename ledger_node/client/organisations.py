"""Members of the consortium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Json, Selected, selection, time
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import EmergencyReason


class Organisations(Noun):
    def get(self, number: int, *, as_of: AsOf | None = None) -> answers.Organisation:
        return self._http.get(answers.Organisation, f"/v1/organisations/{number}", {"asOf": as_of})

    def list(
        self, *, limit: int = 50, cursor: str | None = None, **selected: Unpack[Selected]
    ) -> answers.Page[answers.Organisation]:
        query = selection(selected, limit=limit, cursor=cursor)
        return self._http.page(answers.Organisation, "/v1/organisations", query)

    def all(self, **selected: Unpack[Selected]) -> Iterator[answers.Organisation]:
        query = selection(selected)
        return self._http.all_of(answers.Organisation, "/v1/organisations", query)

    def keys(self, number: int, *, as_of: AsOf | None = None) -> Iterator[answers.Key]:
        """Every key that the organisation offered a role to or accepted."""
        return self._http.all_of(answers.Key, f"/v1/organisations/{number}/keys", {"asOf": as_of})

    def impact(self, number: int, *, as_of: AsOf | None = None) -> Iterator[answers.Affected]:
        """Every model version downstream of a hospital's datasets."""
        return self._http.all_of(answers.Affected, f"/v1/organisations/{number}/impact", {"asOf": as_of})

    def suspend_in_emergency(
        self,
        number: int,
        reason: EmergencyReason,
        until: datetime,
        *,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """A regulator suspends another organisation without a vote: at most 30 days ahead, and not twice."""
        body: Json = {"reason": reason.name, "until": time(until)}
        return self._http.write(f"/v1/organisations/{number}/suspend-in-emergency", body, idempotency_key, wait)


class Consortium(Noun):
    def get(self, *, as_of: AsOf | None = None) -> answers.Consortium:
        """Its thresholds, the generation in force, the number of its members."""
        return self._http.get(answers.Consortium, "/v1/consortium", {"asOf": as_of})

    def generations(self, *, as_of: AsOf | None = None) -> Iterator[answers.Generation]:
        """Every generation of contracts that a vote listed, by number."""
        return self._http.all_of(answers.Generation, "/v1/generations", {"asOf": as_of})
