"""Consents: terms, log and uses. What may be asked of them is in `check`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from ledger_node.domain import consent as domain
from ledger_node.domain.codes import (
    Basis,
    ConsentState,
    Modifier,
    Operation,
    Permission,
    Purpose,
    Region,
    StateReason,
    names_of,
)
from ledger_node.domain.command import MAX_BATCH
from ledger_node.domain.word import NOTHING
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Asked,
    Counted,
    Digest,
    Epsilon,
    Hex,
    Id,
    Listing,
    Moment,
    NameOf,
    Operations,
    Organisation,
    Purposes,
    Regions,
    Rounds,
    Stamped,
    Time,
    mask_of,
)
from registry_api.schemas.scope import Condition, Deidentification, ShownDeidentification

EXAMPLE_TERMS: JsonDict = {
    "dataset": EXAMPLE_ID,
    "grantee": 3,
    "versionFrom": 1,
    "versionTo": None,
    "basis": "EHDS_PERMIT",
    "permission": "HMB",
    "modifiers": ["GS", "NPUNCU"],
    "purposes": ["HRESCH", "MLTRAINING", "EHDS_53_E"],
    "operations": ["TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS"],
    "condition": None,
    "regions": ["DE", "FR"],
    "deidentification": {"required": [113100, 113101], "forbidden": [113109]},
    "notBefore": "2026-11-22T00:00:00Z",
    "expiresAt": "2027-11-22T00:00:00Z",
    "maxRounds": 50,
    "epsilonBudget": 4_000_000,
    "projectRef": None,
    "policyDigest": EXAMPLE_DIGEST,
    "request": None,
    "supersedes": None,
}


class IssueConsent(Asked):
    """What a hospital permits one organisation to do with one dataset, in the window `notBefore <= t < expiresAt`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_TERMS]})

    dataset: Id
    grantee: Counted = Field(description="Number of the organisation that may use the dataset.")
    version_from: Counted = Field(description="First dataset version covered.")
    version_to: Counted | None = Field(None, description="Last dataset version covered; null is open.")
    basis: Annotated[str, NameOf(Basis)] = Field(description="The legal ground.")
    permission: Annotated[str, NameOf(Permission)] = Field(description="DUO's permission; DS names a condition.")
    modifiers: list[Annotated[str, NameOf(Modifier)]] = Field(
        default_factory=list, max_length=len(Modifier), description="DUO's modifiers. GS stands exactly with regions."
    )
    purposes: Purposes
    operations: Operations
    condition: Condition | None = Field(None, description="The disease that it is for, exactly with DS.")
    regions: Regions = Field(default_factory=list)
    deidentification: Deidentification = Field(default_factory=Deidentification)
    not_before: Time
    expires_at: Time
    max_rounds: Rounds
    epsilon_budget: Epsilon = Field(0, description="Most privacy loss, in millionths of epsilon; 0 permits none.")
    project_ref: Digest | None = Field(None, description="Salted commitment to a permit or project; null names none.")
    policy_digest: Digest = Field(description="sha-256 of the policy document in RFC 8785 form.")
    request: Id | None = Field(None, description="The request that it answers.")
    supersedes: Id | None = Field(None, description="The consent that it replaces, whose rounds and losses it carries.")

    def facts(self) -> domain.Terms:
        return domain.Terms(
            dataset=self.dataset,
            grantee=self.grantee,
            version_from=self.version_from,
            version_to=self.version_to or 0,
            basis=Basis[self.basis],
            permission=Permission[self.permission],
            modifiers=mask_of(self.modifiers, Modifier),
            purposes=mask_of(self.purposes, Purpose),
            operations=mask_of(self.operations, Operation),
            condition=self.condition or 0,
            regions=mask_of(self.regions, Region),
            deidentification=self.deidentification.mask(),
            not_before=self.not_before,
            expires_at=self.expires_at,
            max_rounds=self.max_rounds,
            epsilon_budget=self.epsilon_budget,
            project_ref=self.project_ref or NOTHING,
            policy_digest=self.policy_digest,
            request=self.request,
            supersedes=self.supersedes,
        )


class SuspendConsent(Asked):
    """`until` is given by a regulator: its suspension ends by itself, at most 30 days ahead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "STEWARD_DECISION", "until": None}]})

    reason: Annotated[str, NameOf(StateReason)]
    until: Time | None = None


class SuspendConsents(SuspendConsent):
    """As for one, for a batch: all are suspended or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"consents": [EXAMPLE_ID], "reason": "STEWARD_DECISION", "until": None}]}
    )

    consents: list[Id] = Field(min_length=1, max_length=MAX_BATCH, json_schema_extra={"uniqueItems": True})


class ActOnConsent(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "WITHDRAWAL_BATCH"}]})

    reason: Annotated[str, NameOf(StateReason)] = Field(description="BREACH and ERROR taint what was done before.")


class LogEntry(Answer):
    act: str
    actor: Organisation | None = Field(description="Who acted; null for a vote.")
    reason: str
    at: Moment
    until: Moment | None = Field(description="When a suspension by a regulator or a vote ends by itself.")


class ConsentFacts(Answer):
    """The terms as they were issued, and how the consent stands at the answer's block."""

    id: Hex
    grantor: Organisation
    grantee: Organisation
    dataset: Hex
    version_from: int
    version_to: int | None
    basis: str
    permission: str
    modifiers: list[str]
    obligations: list[str] = Field(description="Modifiers that no contract can enforce: duties of the grantee.")
    duo: list[str] = Field(description="Permission and modifiers as terms of the Data Use Ontology.")
    purposes: list[str]
    operations: list[str]
    condition: str | None
    regions: list[str] = Field(description="Where the data may be processed; empty for anywhere.")
    deidentification: ShownDeidentification
    not_before: Moment
    expires_at: Moment
    max_rounds: int
    epsilon_budget: int
    project_ref: Hex | None
    policy_digest: Hex
    request: Hex | None
    supersedes: Hex | None
    superseded_by: Hex | None
    issued_at: Moment
    block: int = Field(description="The block of its issue.")
    state: Annotated[str, NameOf(ConsentState)] = Field(description="Derived from the log at the block's time.")
    rounds_used: int = Field(description="What was carried on from a superseded consent included.")
    epsilon_spent: int = Field(description="In millionths of epsilon.")
    log: list[LogEntry]


class Consent(Stamped, ConsentFacts):
    pass


class Consents(Listing):
    items: list[ConsentFacts]


class ConsentUse(Answer):
    consent: Hex
    subject: Hex = Field(description="The run, the model version or the derived dataset that used it.")
    version: int
    operation: str
    purposes: list[str]
    rounds: int
    epsilon: int
    block: int

    @classmethod
    def of(cls, use: domain.ConsentUse) -> ConsentUse:
        return cls(
            consent=use.consent,
            subject=use.subject,
            version=use.version,
            operation="+".join(names_of(use.operation)),
            purposes=names_of(use.purposes),
            rounds=use.rounds,
            epsilon=use.epsilon,
            block=use.at.block,
        )


class ConsentUses(Listing):
    items: list[ConsentUse]
