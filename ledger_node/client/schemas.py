"""The schemas of public cards that a node knows."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.noun import Noun


class Schemas(Noun):
    def list(self) -> answers.CardSchemas:
        return self._http.get(answers.CardSchemas, "/v1/schemas")

    def get(self, name: str, version: int) -> answers.JsonSchema:
        """The schema itself (JSON Schema 2020-12), by its kind and number: `run-card`, 1."""
        return self._http.get(answers.JsonSchema, f"/v1/schemas/{name}/{version}")
