"""Consents: terms, log, uses, and the question whether a use is permitted."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain import consent as domain
from ledger_node.domain.codes import Basis, ConsentState, Reason, StateReason, names_of
from registry_api.schemas.base import (
    EXAMPLE_DIGEST,
    EXAMPLE_ID,
    Answer,
    Asked,
    Counted,
    Digest,
    Hex,
    Id,
    Listing,
    Moment,
    NameOf,
    OperationName,
    Operations,
    Organisation,
    Purposes,
    Stamped,
    Time,
    Whole,
)


class IssueConsent(Asked):
    """What a hospital permits one organisation to do with one dataset, in the window `notBefore <= t < expiresAt`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dataset": EXAMPLE_ID,
                    "grantee": 3,
                    "versionFrom": 1,
                    "versionTo": None,
                    "basis": "EHDS_PERMIT",
                    "purposes": ["HRESCH", "MLTRAINING"],
                    "operations": ["TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS"],
                    "notBefore": "2026-11-22T00:00:00Z",
                    "expiresAt": "2027-11-22T00:00:00Z",
                    "maxRounds": 50,
                    "projectRef": None,
                    "policyDigest": EXAMPLE_DIGEST,
                }
            ]
        }
    )

    dataset: Id
    grantee: Counted = Field(description="Number of the organisation that may use the dataset: a publisher.")
    version_from: Counted = Field(description="First dataset version covered.")
    version_to: Counted | None = Field(None, description="Last dataset version covered; null is open.")
    basis: Annotated[str, NameOf(Basis)] = Field(description="The legal ground.")
    purposes: Purposes
    operations: Operations
    not_before: Time
    expires_at: Time
    max_rounds: Whole = Field(description="Most federated rounds, over all runs; 0 permits none.")
    project_ref: Digest | None = Field(None, description="Salted commitment to a permit or project; null names none.")
    policy_digest: Digest = Field(description="sha-256 of the policy document in RFC 8785 form.")


class SuspendConsent(Asked):
    """`until` is given by a regulator: its suspension ends by itself, at most 30 days ahead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "STEWARD_DECISION", "until": None}]})

    reason: Annotated[str, NameOf(StateReason)]
    until: Time | None = None


class ActOnConsent(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "WITHDRAWAL_BATCH"}]})

    reason: Annotated[str, NameOf(StateReason)] = Field(description="BREACH and ERROR taint what was done before.")


class CheckUse(Asked):
    """A use that somebody has in mind. Nothing is written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dataset": EXAMPLE_ID,
                    "version": 1,
                    "operation": "TRAIN",
                    "purposes": ["HRESCH"],
                    "projectRef": None,
                    "rounds": 0,
                    "grantee": None,
                }
            ]
        }
    )

    dataset: Id
    version: Counted
    operation: OperationName
    purposes: Purposes
    project_ref: Digest | None = None
    rounds: Whole = Field(0, description="How many federated rounds the use would take.")
    grantee: Counted | None = Field(None, description="Who would use it; this node's organisation when null.")


class Checked(Stamped):
    reason: Annotated[str, NameOf(Reason)] = Field(description="The first rule that refuses, or OK.")
    permitted: bool


class LogEntry(Answer):
    act: str
    actor: Organisation
    reason: str
    at: Moment
    until: Moment | None = Field(description="When a regulator's suspension ends.")


class ConsentFacts(Answer):
    """The terms as they were issued, and how the consent stands at the answer's block."""

    id: Hex
    grantor: Organisation
    grantee: Organisation
    dataset: Hex
    version_from: int
    version_to: int | None
    basis: str
    purposes: list[str]
    operations: list[str]
    not_before: Moment
    expires_at: Moment
    max_rounds: int
    project_ref: Hex | None
    policy_digest: Hex
    issued_at: Moment
    block: int = Field(description="The block of its issue.")
    state: Annotated[str, NameOf(ConsentState)] = Field(description="Derived from the log at the block's time.")
    rounds_used: int
    log: list[LogEntry]


class Consent(Stamped, ConsentFacts):
    pass


class Consents(Listing):
    items: list[ConsentFacts]


class ConsentUse(Answer):
    consent: Hex
    subject: Hex = Field(description="The run or the model version that used it.")
    version: int
    operation: str
    purposes: list[str]
    rounds: int
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
            block=use.at.block,
        )


class ConsentUses(Listing):
    items: list[ConsentUse]
