"""Webhooks: where a node sends events."""

from typing import TypedDict

from ledger_node.client.answers.event import Event


class Webhook(TypedDict):
    """`state` is active, dead or gone; `failure` says why the last attempt was in vain."""

    id: str
    url: str
    types: list[str]
    state: str
    position: str
    delivered: int
    failures: int
    failingSince: str | None
    failure: str | None
    nextAt: str | None
    createdAt: str


class WaitingWebhook(Webhook):
    waiting: Event | None


class WebhookSecret(Webhook):
    """`secret` is shown here alone."""

    secret: str
