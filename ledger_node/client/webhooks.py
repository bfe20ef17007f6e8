"""Where the node sends events; for its operators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from ledger_node.client import answers
from ledger_node.client.noun import Noun
from ledger_node.errors import InvalidId

PATH = "/v1/webhooks"


class Webhooks(Noun):
    def make(
        self,
        url: str,
        *,
        types: Sequence[str] = (),
        after: str | int = "latest",
        idempotency_key: str | None = None,
    ) -> answers.WebhookSecret:
        """Events of these types (all for none) after a position, a block number or `latest`."""
        body: dict[str, object] = {"url": url, "types": list(types), "after": str(after)}
        return self._http.make(answers.WebhookSecret, PATH, body, idempotency_key)

    def all(self) -> Iterator[answers.Webhook]:
        return self._http.all_of(answers.Webhook, PATH, {})

    def get(self, webhook: str) -> answers.WaitingWebhook:
        """With the event that it waits with."""
        return self._http.get(answers.WaitingWebhook, _path(webhook))

    def rotate(self, webhook: str) -> answers.WebhookSecret:
        """A new secret; for a day the former one signs too."""
        return self._http.operate(answers.WebhookSecret, f"{_path(webhook)}/rotate", 0)

    def replay(self, webhook: str, *, after: str | int | None = None) -> answers.Webhook:
        """Goes on at once, from where it stood, or from a position or block number."""
        body: dict[str, object] = {"after": None if after is None else str(after)}
        return self._http.operate(answers.Webhook, f"{_path(webhook)}/replay", 0, body)

    def remove(self, webhook: str) -> None:
        self._http.remove(_path(webhook))


def _path(webhook: str) -> str:
    if not webhook.strip("."):
        raise InvalidId("a webhook's id is empty", needed="the id that it was made with")
    return f"{PATH}/{quote(webhook, safe='')}"
