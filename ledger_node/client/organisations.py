"""Members of the consortium."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.client import answers
from ledger_node.client.noun import Noun


class Organisations(Noun):
    def get(self, number: int, *, as_of: int | None = None) -> answers.Organisation:
        return self._http.get(answers.Organisation, f"/v1/organisations/{number}", {"asOf": as_of})

    def list(
        self, *, as_of: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> answers.Page[answers.Organisation]:
        query = {"asOf": as_of, "limit": limit, "cursor": cursor}
        return self._http.page(answers.Organisation, "/v1/organisations", query)

    def all(self, *, as_of: int | None = None) -> Iterator[answers.Organisation]:
        return self._http.all_of(answers.Organisation, "/v1/organisations", {"asOf": as_of})

    def impact(self, number: int, *, as_of: int | None = None) -> Iterator[answers.Affected]:
        """Every model version downstream of a hospital's datasets."""
        return self._http.all_of(answers.Affected, f"/v1/organisations/{number}/impact", {"asOf": as_of})
