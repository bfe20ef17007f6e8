"""Model versions: where they came from, and the evidence that can be taken away."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.inputs import id_
from ledger_node.client.noun import Noun


class Versions(Noun):
    def get(self, version: str, *, as_of: int | None = None) -> answers.ModelVersion:
        return self._http.get(answers.ModelVersion, _path(version), {"asOf": as_of})

    def lineage(self, version: str, *, as_of: int | None = None) -> answers.Lineage:
        """Every fact behind the version, as a graph."""
        return self._http.get(answers.Lineage, f"{_path(version)}/lineage", {"asOf": as_of})

    def evidence(self, version: str, *, as_of: int | None = None) -> bytes:
        """The evidence bundle, byte for byte as the node made it. EvidenceUnavailable for a block without proofs."""
        return self._http.get_bytes(f"{_path(version)}/evidence", {"asOf": as_of})


def _path(version: str) -> str:
    return f"/v1/versions/{id_(version, 'model version')}"
