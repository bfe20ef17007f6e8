"""The node itself: who it is, how it stands, its index."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool

from ledger_node.domain import submission as domain
from registry_api.schemas.base import (
    Answer,
    Asked,
    Hex,
    Listing,
    Moment,
    Organisation,
    Stamped,
    rfc3339,
    whole,
)


class Ourselves(Organisation):
    capabilities: list[str]


class Node(Stamped):
    organisation: Ourselves
    operator: str = Field(description="Address of the key that signs this node's writes.")
    chain_id: int
    genesis: str = Field(description="Hash of block 0.")
    contracts: dict[str, str]
    head: int | None = Field(description="The chain's newest block; null when the chain does not answer.")
    version: str = Field(description="Version of the software.")
    blobs: str = Field(description="`ok`, or why the blob store cannot be used.")
    submissions: dict[str, int] = Field(description="Writes by state.")


class NodeStatus(Stamped):
    """Ages are seconds, null when there is nothing of an age."""

    organisation: Organisation
    ready: bool = Field(description="What `/readyz` says.")
    troubles: list[str] = Field(description="All that keeps the node from being ready.")
    role: str = Field(description="`writer`, or `standby` while another process on the same store writes.")
    epoch: int = Field(description="The writer's; it rises with each takeover.")
    head: int | None = Field(description="The chain's newest block; null when the chain does not answer.")
    index_lag_seconds: int | None = Field(description="Age of the newest indexed block while the index lags, else 0.")
    submissions: dict[str, int] = Field(description="Writes by state.")
    open: int = Field(description="Accepted writes that are not on the chain.")
    oldest_open_seconds: int | None
    nonce_gap: int = Field(description="Nonces missing between those of open writes.")
    paused: str | None = Field(description="Why nothing is signed or sent; null when it is.")
    alarms: int = Field(description="Transactions with this node's key that are not the node's.")
    events_taken_back: int = Field(description="Events that reorganisations took back.")
    checkpoint: int | None = Field(description="Greatest height that operators signed for, as far as it is known here.")
    split_views: int = Field(description="Heights at which they signed for another block than this node's chain has.")
    pins_waiting: int = Field(description="Documents that are not in the blob store yet.")
    pins_failing: int = Field(description="Those of them that were tried in vain.")
    oldest_pin_seconds: int | None
    blobs: str = Field(description="`ok`, or why the blob store cannot be used.")
    failures: dict[str, str] = Field(description="By worker, how its last step failed.")
    version: str


class Pause(Answer):
    paused: str | None = Field(
        description="Why nothing is signed or sent; null when it is.", examples=["operator", "foreign_transaction"]
    )


class Alarm(Answer):
    """A transaction with this node's key that its store does not know. docs/operator.md says what to do."""

    nonce: int
    transaction: str | None = Field(description="Its hash; null when only the used nonce tells of it.")
    block: int = Field(description="Where it was seen.")
    raised_at: Moment

    @classmethod
    def of(cls, alarm: domain.Alarm) -> Alarm:
        return cls(
            nonce=alarm.nonce, transaction=alarm.transaction, block=alarm.block, raised_at=rfc3339(alarm.raised_at)
        )


class Alarms(Listing):
    items: list[Alarm]


class RunFsck(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"repair": False}]})

    repair: StrictBool = Field(default=False, description="Put right what can be derived from the chain.")


class Found(Answer):
    """One thing that is not as it should be. The codes are in docs/operator.md."""

    code: str = Field(examples=["index-rows-differ"])
    subject: str = Field(description="A table, a submission, a document, a contract.", examples=["dataset"])
    detail: str
    repairable: bool = Field(description="Whether the right state can be derived.")
    repaired: bool


class Checked(Stamped):
    clean: bool
    checked: dict[str, int] = Field(description="How much was looked at, by part.")
    findings: list[Found] = Field(description="At most 1,000.")
    more: int = Field(description="Findings beyond these.")


class CollectDocuments(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"remove": False}]})

    remove: StrictBool = Field(default=False, description="Remove them; else they are only counted.")
    grace_seconds: Annotated[int, Field(ge=3600, le=10**9), BeforeValidator(whole)] = Field(
        default=7 * 86_400, description="How long a document is kept that no fact names yet."
    )


class CollectedDocuments(Answer):
    held: int = Field(description="Documents in the blob store.")
    unwanted: int = Field(description="Those that no fact names and that are older than the grace.")
    size: int | None = Field(description="Their bytes; null when the store does not say.")
    removed: int


class MissingCapture(Answer):
    subject: str = Field(description="A model version's id.")
    reason: str = Field(description="An error's code.", examples=["ML-0803"])
    attempts: int
    next_at: Moment = Field(description="When it is tried again.")


class Captured(Answer):
    """Evidence that this node keeps for when the engine has forgotten. docs/operator.md says what to do."""

    captures: int = Field(description="Bundles that are kept.")
    subjects: int = Field(description="Model versions that have one.")
    nodes: int = Field(description="Trie nodes, each once.")
    size: int = Field(description="Bytes of all that.")
    waiting: int = Field(description="Model versions that are to be captured.")
    failing: int = Field(description="Those of them that were tried in vain.")
    missing: list[MissingCapture] = Field(description="At most 100 of these.")
    noted: int | None = Field(description="Block of the last final event that was looked at; null before the first.")


class FillCaptures(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"anew": True}]})

    anew: StrictBool = Field(
        default=True, description="Look for what was never captured, and try at once what was tried in vain."
    )


class Filled(Captured):
    tried: int = Field(description="How many were tried now: ask again, with `anew` false, until there is none.")


class IndexDigest(Stamped):
    digest: Hex = Field(description="sha-256 over every row of the index.")
    counts: dict[str, int] = Field(description="Rows by table.")


class Rebuilt(Answer):
    """The index's digest before and after it was made again from the chain's events alone."""

    before: Hex
    after: Hex
    equal: bool


class Health(Answer):
    status: str = Field(examples=["ok"])
