"""Facts of the ledger as pages tell of them: what happened (events.json), and the page of what it is about."""

from __future__ import annotations

from ledger_node.domain.feed import SUBJECTS
from ledger_node.domain.position import Event

#: What has no page of its own.
WITHOUT_A_PAGE = ("stream",)


def page_of(event: Event) -> str | None:
    """Of what `feed.subject_of` says that the event is about."""
    noun = next((one for one in SUBJECTS if one in event.args), None)
    return None if noun is None or noun in WITHOUT_A_PAGE else f"/{noun}s/{event.args[noun]}"
