"""Keys of organisations: what they wrote, and claims that one was compromised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, address, time
from ledger_node.client.noun import WAIT, Noun


class Keys(Noun):
    def get(self, key: str, *, as_of: AsOf | None = None) -> answers.Key:
        """By its address."""
        return self._http.get(answers.Key, _path(key), {"asOf": as_of})

    def facts(
        self, key: str, *, since: datetime | None = None, as_of: AsOf | None = None
    ) -> Iterator[answers.WrittenFact]:
        """Every fact that the key wrote, oldest first; of `since` on."""
        query = {"since": since, "asOf": as_of}
        return self._http.all_of(answers.WrittenFact, f"{_path(key)}/facts", query)

    def report(
        self, key: str, since: datetime, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Claims that a key of our own organisation was compromised since a time."""
        return self._http.write(f"{_path(key)}/report-compromise", {"since": time(since)}, idempotency_key, wait)

    def confirm(
        self, key: str, since: datetime, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """A regulator confirms the claim as it stands, which retires the key."""
        body: dict[str, object] = {"since": time(since)}
        return self._http.write(f"{_path(key)}/confirm-compromise", body, idempotency_key, wait)


def _path(key: str) -> str:
    return f"/v1/keys/{address(key)}"
