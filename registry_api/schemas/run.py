"""Runs and their inputs. Their rounds are in `round`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import Operation, Outcome
from ledger_node.domain.training import INPUT_OPERATIONS, MAX_INPUTS
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
    Organisation,
    Stamped,
)
from registry_api.schemas.document import WithCard, one_card
from registry_api.schemas.round import Round
from registry_api.schemas.scope import EXAMPLE_SCOPE, Scope, ShownScope

_OTHERS = tuple(one.name or "" for one in Operation if one not in INPUT_OPERATIONS)
InputOperation = Annotated[str, NameOf(Operation, "purpose", but=_OTHERS)]


class RunInput(Asked):
    """A dataset version used under a consent, for one operation."""

    dataset: Id
    version: Counted
    consent: Id
    operation: InputOperation


EXAMPLE_RUN = {
    "model": EXAMPLE_ID,
    "scope": EXAMPLE_SCOPE,
    "card": {"title": "Federated training, 18 sites"},
    "codeDigest": EXAMPLE_DIGEST,
    "containerDigest": None,
    "inputs": [{"dataset": EXAMPLE_ID, "version": 1, "consent": EXAMPLE_ID, "operation": "TRAIN"}],
}


class OpenRun(WithCard):
    """A run against consents: each input is checked and recorded in the transaction that opens the run."""

    model_config = one_card(EXAMPLE_RUN)

    model: Id
    scope: Scope
    code_digest: Digest | None = Field(None, description="Digest of the code, when it is stated.")
    container_digest: Digest | None = Field(None, description="Digest of the container image, when it is stated.")
    inputs: list[RunInput] = Field(min_length=1, max_length=MAX_INPUTS, json_schema_extra={"uniqueItems": True})


class Nothing(Asked):
    """An empty object."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


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
    operation: str


class RunFacts(Answer):
    id: Hex
    publisher: Organisation
    model: Hex
    scope: ShownScope
    card_digest: Hex
    code_digest: Hex | None
    container_digest: Hex | None
    opened_at: Moment
    block: int
    inputs: list[UsedInput]
    makes_weights: bool = Field(description="Whether an input is used for TRAIN or FINE_TUNE.")
    rounds: list[Round]
    outcome: str
    result_digest: Hex | None
    closed_at: Moment | None


class Run(Stamped, RunFacts):
    pass


class Runs(Listing):
    items: list[RunFacts]
