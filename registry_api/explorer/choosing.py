"""Members of the consortium, to choose from."""

from __future__ import annotations

from ledger_node.domain.codes import Capability
from ledger_node.ports import Page
from registry_api.reading import View

MOST_OFFERED = 1_000


def members(view: View, able: Capability) -> list[tuple[str, str]]:
    """Number and name of each that has one of the capabilities, by name."""
    found = view.node.register.list_organisations(Page(view.block, MOST_OFFERED))
    named = sorted(found, key=lambda one: one.name.casefold())
    return [(str(one.number), one.name) for one in named if one.capabilities & able]
