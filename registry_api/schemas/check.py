"""The question whether a consent permits a use."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.codes import Reason
from registry_api.schemas.base import EXAMPLE_ID, Asked, Counted, Epsilon, Id, NameOf, OperationName, Rounds, Stamped
from registry_api.schemas.scope import EXAMPLE_SCOPE, Scope


class CheckUse(Asked):
    """A use that somebody has in mind. Nothing is written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dataset": EXAMPLE_ID,
                    "version": 1,
                    "operation": "TRAIN",
                    "scope": EXAMPLE_SCOPE,
                    "rounds": 0,
                    "epsilon": 0,
                    "grantee": None,
                }
            ]
        }
    )

    dataset: Id
    version: Counted
    operation: OperationName
    scope: Scope
    rounds: Rounds = Field(0, description="How many federated rounds the use would take.")
    epsilon: Epsilon = Field(0, description="Privacy loss that the use would take, in millionths of epsilon.")
    grantee: Counted | None = Field(None, description="Who would use it; this node's organisation when null.")


class Checked(Stamped):
    reason: Annotated[str, NameOf(Reason)] = Field(description="The first rule that refuses, or OK.")
    permitted: bool
