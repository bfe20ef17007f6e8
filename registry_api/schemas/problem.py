"""Problem documents, as the schema declares them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ledger_node.errors import Retry
from registry_api.problems import MEDIA_TYPE, STATUS


class Problem(BaseModel):
    """RFC 9457. Further members are facts for machines: `reason`, `submission`, `field` …"""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:medledger:error:ML-0401"])
    title: str
    status: int
    code: str = Field(
        description="Stable: it never changes its meaning.",
        json_schema_extra={"enum": [*sorted(error.code for error in STATUS)]},
    )
    detail: str
    got: str = Field(description="What came, by type, length and position; never the value.")
    needed: str = Field(description="What would do.")
    retry: str = Field(
        description="Whether the same call may be made again.",
        json_schema_extra={"enum": [retry.value for retry in Retry]},
    )


#: What each status means here.
MEANING = {
    400: "Something in the request is missing or malformed.",
    401: "No valid API key or token was given.",
    403: "The key's role or reach, or this organisation, may not do this.",
    404: "What is named is not there.",
    405: "The path does not take this method; `Allow` names those that it takes.",
    408: "The body did not arrive in time.",
    409: "The rules say no, on the node or in the contract.",
    413: "The body is larger than the node takes.",
    422: "The idempotency key was used for another request.",
    429: "The key asks too often; `Retry-After` says when to try again.",
    500: "The node failed.",
    503: "The node is busy, or the chain, the blob store or the identity provider does not answer; `Retry-After` says "
    "when to try again.",
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problem responses for a route's schema."""
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": MEANING[status], "content": {MEDIA_TYPE: {"schema": reference}}} for status in statuses
    }


READ = declared(400, 401, 404, 429, 500, 503)
WRITE = declared(400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503)
