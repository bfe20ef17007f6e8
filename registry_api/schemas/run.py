"""Runs, rounds, contributions."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import Outcome
from ledger_node.domain.training import MAX_INPUTS
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
    Organisation,
    Purposes,
    Stamped,
)
from registry_api.schemas.document import WithCard, one_card


class RunInput(Asked):
    """A dataset version used under a consent."""

    dataset: Id
    version: Counted
    consent: Id


EXAMPLE_RUN = {
    "model": EXAMPLE_ID,
    "operation": "TRAIN",
    "purposes": ["HRESCH", "MLTRAINING"],
    "projectRef": None,
    "card": {"title": "Federated training, 18 sites", "code": "sha256:…"},
    "inputs": [{"dataset": EXAMPLE_ID, "version": 1, "consent": EXAMPLE_ID}],
}


class OpenRun(WithCard):
    """A run against consents: each input is checked and recorded in the transaction that opens the run."""

    model_config = one_card(EXAMPLE_RUN)

    model: Id
    operation: OperationName = Field(description="TRAIN, FINE_TUNE, VALIDATE or TEST.")
    purposes: Purposes
    project_ref: Digest | None = None
    inputs: list[RunInput] = Field(min_length=1, max_length=MAX_INPUTS)


class Nothing(Asked):
    """An empty object."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Contribute(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"updateDigest": EXAMPLE_DIGEST}]})

    update_digest: Digest = Field(description="sha-256 of the update that the hospital gave.")


class CloseRound(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"aggregateDigest": EXAMPLE_DIGEST}]})

    aggregate_digest: Digest = Field(description="sha-256 of the aggregate of all contributions.")


class CloseRun(Asked):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "COMPLETED", "resultDigest": EXAMPLE_DIGEST}]}
    )

    outcome: Annotated[str, NameOf(Outcome, but=("OPEN",))]
    result_digest: Digest | None = Field(None, description="Given exactly when the outcome is COMPLETED.")


class UsedInput(Answer):
    dataset: Hex
    version: int
    consent: Hex


class Contribution(Answer):
    custodian: Organisation
    input: int = Field(description="Place among the run's inputs, from 0.")
    update_digest: Hex
    consent_state: str = Field(description="What the consent's check gave at that moment; a late one is flagged here.")
    contributed_at: Moment


class Round(Answer):
    number: int = Field(description="Counts from 1.")
    opened_at: Moment
    contributions: list[Contribution]
    aggregate_digest: Hex | None
    closed_at: Moment | None


class RunFacts(Answer):
    id: Hex
    publisher: Organisation
    model: Hex
    operation: str
    purposes: list[str]
    project_ref: Hex | None
    card_digest: Hex
    opened_at: Moment
    block: int
    inputs: list[UsedInput]
    rounds: list[Round]
    outcome: str
    result_digest: Hex | None
    closed_at: Moment | None


class Run(Stamped, RunFacts):
    pass


class Runs(Listing):
    items: list[RunFacts]


class Rounds(Listing):
    items: list[Round]
