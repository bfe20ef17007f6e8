"""Consents: issuing, suspending, reinstating, revoking, checking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import (
    ANYWHERE,
    AsOf,
    Json,
    Scope,
    Selected,
    condition,
    digest,
    digests,
    id_,
    ids,
    mask,
    named,
    one,
    scope_body,
    selection,
    time,
    times,
)
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import Basis, ConsentState, Modifier, Operation, Permission, Purpose, Region, StateReason

NO_MODIFIERS = Modifier(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent shall permit. `version_to` None is open; `max_rounds` 0 permits no federated round.

    `condition` is a MONDO number, given exactly with `Permission.DS`; `regions` stand exactly with `Modifier.GS`, none
    permits any. Options are codes of CID 7050. `epsilon_budget` is in millionths of epsilon. `request` is the request
    that it answers, `supersedes` the consent that it replaces.
    """

    dataset: str
    grantee: int
    permission: Permission
    purposes: Purpose
    operations: Operation
    not_before: datetime
    expires_at: datetime
    policy_digest: str
    basis: Basis = Basis.CONSENT
    version_from: int = 1
    version_to: int | None = None
    modifiers: Modifier = NO_MODIFIERS
    condition: int = 0
    regions: Region = ANYWHERE
    required_options: Sequence[int] = ()
    forbidden_options: Sequence[int] = ()
    max_rounds: int = 0
    epsilon_budget: int = 0
    project_ref: str | None = None
    request: str | None = None
    supersedes: str | None = None

    def body(self) -> Json:
        return {
            "dataset": id_(self.dataset, "dataset"),
            "grantee": self.grantee,
            "versionFrom": self.version_from,
            "versionTo": self.version_to,
            "basis": self.basis.name,
            "permission": self.permission.name,
            "modifiers": mask(self.modifiers),
            "purposes": mask(self.purposes),
            "operations": mask(self.operations),
            "condition": condition(self.condition),
            "regions": mask(self.regions),
            "deidentification": {
                "required": list(self.required_options),
                "forbidden": list(self.forbidden_options),
            },
            "notBefore": time(self.not_before),
            "expiresAt": time(self.expires_at),
            "maxRounds": self.max_rounds,
            "epsilonBudget": self.epsilon_budget,
            "projectRef": digests(self.project_ref, "project"),
            "policyDigest": digest(self.policy_digest, "policy"),
            "request": ids(self.request, "request"),
            "supersedes": ids(self.supersedes, "consent"),
        }


class Consents(Noun):
    def get(self, consent: str, *, as_of: AsOf | None = None) -> answers.Consent:
        """Its terms, state and whole log."""
        return self._http.get(answers.Consent, _path(consent), {"asOf": as_of})

    def list(
        self,
        *,
        dataset: str | None = None,
        grantee: int | None = None,
        grantor: int | None = None,
        purpose: Purpose | None = None,
        operation: Operation | None = None,
        state: ConsentState | None = None,
        limit: int = 50,
        cursor: str | None = None,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Consent]:
        query = selection(
            selected,
            dataset=dataset,
            grantee=grantee,
            grantor=grantor,
            purpose=named(purpose),
            operation=named(operation),
            state=named(state),
            limit=limit,
            cursor=cursor,
        )
        return self._http.page(answers.Consent, "/v1/consents", query)

    def all(
        self,
        *,
        dataset: str | None = None,
        grantee: int | None = None,
        grantor: int | None = None,
        purpose: Purpose | None = None,
        operation: Operation | None = None,
        state: ConsentState | None = None,
        **selected: Unpack[Selected],
    ) -> Iterator[answers.Consent]:
        query = selection(
            selected,
            dataset=dataset,
            grantee=grantee,
            grantor=grantor,
            purpose=named(purpose),
            operation=named(operation),
            state=named(state),
        )
        return self._http.all_of(answers.Consent, "/v1/consents", query)

    def uses(self, consent: str, *, as_of: AsOf | None = None) -> Iterator[answers.Use]:
        """Every recorded use, oldest first."""
        return self._http.all_of(answers.Use, f"{_path(consent)}/uses", {"asOf": as_of})

    def impact(self, consent: str, *, as_of: AsOf | None = None) -> Iterator[answers.Affected]:
        """Every model version that leans on the consent."""
        return self._http.all_of(answers.Affected, f"{_path(consent)}/impact", {"asOf": as_of})

    def evidence(self, consent: str, *, as_of: AsOf | None = None, validators_at: int | None = None) -> bytes:
        """The evidence bundle, byte for byte as the node made it. EvidenceUnavailable for a block without proofs."""
        return self._http.get_bytes(f"{_path(consent)}/evidence", {"asOf": as_of, "validatorsAt": validators_at})

    def check(
        self,
        consent: str,
        *,
        dataset: str,
        version: int,
        operation: Operation,
        scope: Scope,
        rounds: int = 0,
        epsilon: int = 0,
        grantee: int | None = None,
        as_of: AsOf | None = None,
    ) -> answers.Check:
        """Would the contract permit this use now? `grantee` None is the node's own organisation."""
        body: Json = {
            "dataset": id_(dataset, "dataset"),
            "version": version,
            "operation": one(operation),
            "scope": scope_body(scope),
            "rounds": rounds,
            "epsilon": epsilon,
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

    def suspend_all(
        self,
        consents: Sequence[str],
        reason: StateReason,
        *,
        until: datetime | None = None,
        idempotency_key: str | None = None,
        wait: int = WAIT,
    ) -> answers.Submission:
        """As `suspend`, for up to 100 consents: all are suspended or none."""
        body: Json = {
            "consents": [id_(consent, "consent") for consent in consents],
            "reason": reason.name,
            "until": times(until),
        }
        return self._http.write("/v1/consents/suspend", body, idempotency_key, wait)

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
