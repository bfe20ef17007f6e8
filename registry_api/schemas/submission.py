"""Submissions: writes that this node accepted."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ledger_node.domain import submission as domain
from registry_api.schemas.base import Answer, Listing, Moment, rfc3339


class Submission(Answer):
    """A write and how it stands: `queued → signed → sent → mined → final` (or `safe`, by the engine), or `failed`, or
    `replaced`."""

    id: str
    kind: str = Field(description="The verb, in the ledger's words.", examples=["consent.issue"])
    subject: str | None = Field(description="Id of what it makes or changes, known before it is sent.")
    state: str = Field(json_schema_extra={"enum": [state.value for state in domain.SubmissionState]})
    idempotency_key: str
    transaction: str | None = Field(description="Hash of the signed transaction; null while it is queued.")
    nonce: int | None = Field(description="Null while it is queued.")
    signer: str
    created_at: Moment
    block: int | None = Field(description="The block that holds it, once it is mined.")
    receipt_status: int | None = Field(description="1 done, 0 refused by the contract.")
    outcome: dict[str, Any] | None = Field(
        description="What it made (`events` and ids; `items`, in the order sent, where one write can do it to many), "
        "or the refusal (`error`, `args`, `reason`; of a batch the `position`, from 0, of the first item refused).",
        examples=[{"events": ["DatasetRegistered"], "dataset": "0x5c1d…"}],
    )

    @classmethod
    def of(cls, submission: domain.Submission) -> Submission:
        return cls(
            id=submission.id,
            kind=submission.kind,
            subject=submission.subject,
            state=submission.state.value,
            idempotency_key=submission.idempotency_key,
            transaction=submission.transaction and submission.transaction.hash,
            nonce=submission.transaction and submission.transaction.nonce,
            signer=submission.signer,
            created_at=rfc3339(submission.created_at),
            block=submission.block,
            receipt_status=submission.status,
            outcome=submission.outcome,
        )


class Submissions(Listing):
    items: list[Submission]
