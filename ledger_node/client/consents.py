"""Consents: issuing, suspending, reinstating, revoking, checking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger_node.client import answers
from ledger_node.client.inputs import Json, digest, id_, mask, one, time, times
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Basis, Operation, Purpose, StateReason


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent shall permit. `version_to` None is open; `max_rounds` 0 permits no federated round."""

    dataset: str
    grantee: int
    purposes: Purpose
    operations: Operation
    not_before: datetime
    expires_at: datetime
    policy_digest: str
    basis: Basis = Basis.CONSENT
    version_from: int = 1
    version_to: int | None = None
    max_rounds: int = 0
    project_ref: str | None = None

    def body(self) -> Json:
        return {
            "dataset": id_(self.dataset, "dataset"),
            "grantee": self.grantee,
            "versionFrom": self.version_from,
            "versionTo": self.version_to,
            "basis": self.basis.name,
            "purposes": mask(self.purposes),
            "operations": mask(self.operations),
            "notBefore": time(self.not_before),
            "expiresAt": time(self.expires_at),
            "maxRounds": self.max_rounds,
            "projectRef": None if self.project_ref is None else digest(self.project_ref, "project"),
            "policyDigest": digest(self.policy_digest, "policy"),
        }


class Consents(Noun):
    def get(self, consent: str, *, as_of: int | None = None) -> answers.Consent:
        """Its terms, state and whole log."""
        return self._http.get(answers.Consent, _path(consent), {"asOf": as_of})

    def list(
        self,
        *,
        dataset: str | None = None,
        grantee: int | None = None,
        grantor: int | None = None,
        as_of: int | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> answers.Page[answers.Consent]:
        query = {"dataset": dataset, "grantee": grantee, "grantor": grantor, "asOf": as_of}
        return self._http.page(answers.Consent, "/v1/consents", {**query, "limit": limit, "cursor": cursor})

    def all(
        self,
        *,
        dataset: str | None = None,
        grantee: int | None = None,
        grantor: int | None = None,
        as_of: int | None = None,
    ) -> Iterator[answers.Consent]:
        query = {"dataset": dataset, "grantee": grantee, "grantor": grantor, "asOf": as_of}
        return self._http.all_of(answers.Consent, "/v1/consents", query)

    def uses(self, consent: str, *, as_of: int | None = None) -> Iterator[answers.Use]:
        """Every recorded use, oldest first."""
        return self._http.all_of(answers.Use, f"{_path(consent)}/uses", {"asOf": as_of})

    def impact(self, consent: str, *, as_of: int | None = None) -> Iterator[answers.Affected]:
        """Every model version that leans on the consent."""
        return self._http.all_of(answers.Affected, f"{_path(consent)}/impact", {"asOf": as_of})

    def check(
        self,
        consent: str,
        *,
        dataset: str,
        version: int,
        operation: Operation,
        purposes: Purpose,
        rounds: int = 0,
        project_ref: str | None = None,
        grantee: int | None = None,
        as_of: int | None = None,
    ) -> answers.Check:
        """Would the contract permit this use now? `grantee` None is the node's own organisation."""
        body: Json = {
            "dataset": id_(dataset, "dataset"),
            "version": version,
            "operation": one(operation),
            "purposes": mask(purposes),
            "projectRef": None if project_ref is None else digest(project_ref, "project"),
            "rounds": rounds,
            "grantee": grantee,
        }
        return self._http.ask(answers.Check, f"{_path(consent)}/check", body, {"asOf": as_of})

    def issue(self, terms: Terms, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/consents", terms.body(), idempotency_key, wait)

    def suspend(
        self,
        consent: str,
        reason: StateReason,
        *,
        until: datetime | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """The grantor's suspension, without end; on a regulator's node with `until`, at most 30 days ahead."""
        body: Json = {"reason": reason.name, "until": times(until)}
        return self._http.write(f"{_path(consent)}/suspend", body, idempotency_key, wait)

    def reinstate(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        return self._http.write(f"{_path(consent)}/reinstate", {"reason": reason.name}, idempotency_key, wait)

    def revoke(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Ends the consent for ever."""
        return self._http.write(f"{_path(consent)}/revoke", {"reason": reason.name}, idempotency_key, wait)


def _path(consent: str) -> str:
    return f"/v1/consents/{id_(consent, 'consent')}"
