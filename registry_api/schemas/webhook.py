"""Webhooks: where events are sent, and how far each is."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from ledger_node.domain.feed import POSITION, TYPES
from ledger_node.domain.webhook import Webhook as Kept
from ledger_node.domain.webhook import WebhookState
from registry_api.schemas.base import Answer, Asked, Listing, Moment, rfc3339, some_time
from registry_api.schemas.event import EXAMPLE_POSITION, CloudEvent

START = rf"^(latest|[0-9]{{1,16}}|{POSITION})$"
PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
URL = rf'^https?://[A-Za-z0-9.-]{{1,200}}(:{PORT})?(/[!-"$-~]*)?$'
ID = "^wh_[0-9a-f]{32}$"
Start = Annotated[
    str,
    Field(
        pattern=START,
        strict=True,
        description="The position of an event, a block number (after its last event), or `latest`.",
        examples=[EXAMPLE_POSITION],
    ),
]


class MakeWebhook(Asked):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://hooks.hospital.example/medledger", "types": ["consent"]}]}
    )

    url: str = Field(strict=True, max_length=500, pattern=URL, description="With https, and an address that is public.")
    types: list[Annotated[str, Field(strict=True, json_schema_extra={"enum": [*TYPES]})]] = Field(
        default=[], max_length=50, description="As `type` of `GET /v1/events`; all events for none."
    )
    after: Start = "latest"


class ReplayWebhook(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"after": None}]})

    after: Start | None = Field(default=None, description="Where to go on; from where it stood when left out.")


class WebhookFacts(Answer):
    id: str = Field(pattern=ID)
    url: str
    types: list[str]
    state: str = Field(
        description="`active`; `dead` after a day of failures; `gone` after the answer 410. `replay` goes on.",
        json_schema_extra={"enum": [state.value for state in WebhookState]},
    )
    position: str = Field(description="All up to here is confirmed.", pattern=f"^{POSITION}$")
    delivered: int = Field(description="Events that were confirmed.")
    failures: int = Field(description="Attempts in vain since the last success.")
    failing_since: Moment | None
    failure: str | None = Field(
        description="Of the last attempt: `status 500` or the like, `timeout`, `unreachable`, `address` (not allowed), "
        "`certificate` (not trusted) or `position lost`.",
        examples=["status 500"],
    )
    next_at: Moment | None = Field(description="When it is tried again.")
    created_at: Moment


class WebhookAnswer(WebhookFacts):
    waiting: CloudEvent | None = Field(description="The event that is sent next; null when there is none.")


class WebhookSecret(WebhookFacts):
    secret: str = Field(description="Signs what is sent. It is shown here and never again.", pattern="^whsec_")


class Webhooks(Listing):
    items: list[WebhookFacts]


def facts_of(kept: Kept) -> WebhookFacts:
    return WebhookFacts(
        id=kept.id,
        url=kept.url,
        types=list(kept.types),
        state=kept.state.value,
        position=str(kept.position),
        delivered=kept.delivered,
        failures=kept.failures,
        failing_since=some_time(kept.failing_since),
        failure=kept.failure,
        next_at=some_time(kept.next_at) if kept.state is WebhookState.ACTIVE else None,
        created_at=rfc3339(kept.created_at),
    )


def with_secret(kept: Kept) -> WebhookSecret:
    return WebhookSecret(**dict(facts_of(kept)), secret=kept.secrets[0].value)
