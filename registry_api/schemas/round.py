"""Rounds of a run, and what hospitals answer to them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from ledger_node.domain.codes import Reason, Refusal
from ledger_node.domain.command import MAX_BATCH
from ledger_node.domain.training import MAX_INPUTS
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
    Organisation,
    whole,
)
from registry_api.schemas.document import as_digest, either_of, present

REFUSALS = [refusal.name for refusal in Refusal if refusal is not Refusal.NONE]
Place = Annotated[int, Field(ge=0, lt=MAX_INPUTS), BeforeValidator(whole)]


class OpenRound(Asked):
    """The next round: every input's consent is charged its privacy loss, and each distinct consent one round."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"round": None, "epsilon": 0}]})

    round: Counted | None = Field(
        None, description="Its number, one more than the last; the node counts when it is null."
    )
    epsilon: Epsilon = Field(0, description="Privacy loss of the round, in millionths of epsilon; 0 states none.")


class RoundOf(OpenRound):
    run: Id


class OpenRounds(Asked):
    """The next round of each of several runs: all are opened or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rounds": [{"run": EXAMPLE_ID, "round": None, "epsilon": 0}]}]}
    )

    rounds: list[RoundOf] = Field(min_length=1, max_length=MAX_BATCH)


class AnswerRound(Asked):
    """Exactly one of `updateDigest` (a contribution) and `refusal` (the hospital takes no part)."""

    model_config = ConfigDict(
        json_schema_extra=either_of("updateDigest", "refusal", {"updateDigest": EXAMPLE_DIGEST, "input": None})
    )

    update_digest: Annotated[
        Digest | None, BeforeValidator(present), WithJsonSchema(as_digest("the update that the hospital gave"))
    ] = None
    refusal: Annotated[
        Annotated[str, NameOf(Refusal, but=("NONE",))] | None,
        BeforeValidator(present),
        WithJsonSchema({"type": "string", "enum": REFUSALS, "description": "Why it takes no part."}),
    ] = None
    input: Place | None = Field(
        None, description="The input's place among the run's, from 0; the first of ours without an answer when null."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> AnswerRound:
        if (self.update_digest is None) == (self.refusal is None):
            raise PydanticCustomError("card", "exactly one of updateDigest and refusal")
        return self


EXAMPLE_ANSWER: JsonDict = {"run": EXAMPLE_ID, "round": 1, "input": 0, "updateDigest": EXAMPLE_DIGEST}


class AnswerOf(AnswerRound):
    model_config = ConfigDict(json_schema_extra=either_of("updateDigest", "refusal", EXAMPLE_ANSWER))

    run: Id
    round: Counted


class AnswerRounds(Asked):
    """Answers for several inputs: all are recorded or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answers": [EXAMPLE_ANSWER]}]})

    answers: list[AnswerOf] = Field(min_length=1, max_length=MAX_BATCH)


class CloseRound(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"aggregateDigest": EXAMPLE_DIGEST}]})

    aggregate_digest: Digest | None = Field(
        description="sha-256 of the aggregate of all contributions; null exactly when there was none."
    )


class RoundAnswer(Answer):
    """A contribution has an update's digest, a refusal its reason."""

    custodian: Organisation
    input: int = Field(description="Place among the run's inputs, from 0.")
    update_digest: Hex | None
    refusal: Annotated[str, NameOf(Refusal, but=("NONE",))] | None
    consent_state: Annotated[str, NameOf(Reason)] = Field(
        description="What the consent's check gave at that moment; one that lapsed meanwhile is flagged here."
    )
    answered_at: Moment


class Round(Answer):
    number: int = Field(description="Counts from 1.")
    epsilon: int = Field(description="Privacy loss charged for each input, in millionths of epsilon.")
    opened_at: Moment
    answers: list[RoundAnswer]
    aggregate_digest: Hex | None
    closed_at: Moment | None


class Rounds(Listing):
    items: list[Round]
