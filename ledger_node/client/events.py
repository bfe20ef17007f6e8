"""Everything that happens, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger_node.client import answers
from ledger_node.client.noun import Noun

PATH = "/v1/events"


class Events(Noun):
    """`after` is the position of an event, a block number (after its last event) or `latest`; from the first event on
    when left out. `types` are types of events, or their first words: `consent`, `recall.issued`."""

    def list(
        self, *, after: str | int | None = None, types: Sequence[str] = (), limit: int = 50
    ) -> answers.Page[answers.Event]:
        """One page. Its `next` is the `after` of the next page."""
        return self._http.page(answers.Event, PATH, {"after": after, "type": _types(types), "limit": limit})

    def follow(self, *, after: str | int | None = None, types: Sequence[str] = ()) -> Iterator[answers.Event]:
        """Every event, and what comes, for ever: over connections that end and a node that starts again, none missed
        and none twice. What a reorganisation took back comes as `org.medledger.reverted.v1`.

        To go on another time, keep the `position` of what was dealt with.
        """
        return self._http.follow(answers.Event, PATH, {"after": after, "type": _types(types)})


def _types(types: Sequence[str]) -> str | None:
    return ",".join(types) or None
