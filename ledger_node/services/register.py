"""Reads about the consortium itself: members, keys and what they wrote, proposals, thresholds, generations."""

from __future__ import annotations

from ledger_node.domain.codes import OrganisationStatus
from ledger_node.domain.organisation import Generation, Key, Organisation, Proposal, Thresholds
from ledger_node.domain.position import Event
from ledger_node.ports import Index, Page
from ledger_node.services.reading import block_of, checksummed, require


class Register:
    """`as_of` is a block number, None for the newest indexed. `get_` raises NotFound, `list_` pages."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def list_organisations(self, page: Page) -> list[Organisation]:
        return self._index.organisations(page)

    def get_organisation(self, number: int, as_of: int | None = None) -> Organisation:
        return require(self._index.find_organisation(number, block_of(self._index, as_of)), "organisation")

    def count_members(self, as_of: int | None = None) -> int:
        """Organisations that were not removed."""
        found = self._index.organisations(Page(block_of(self._index, as_of), limit=1_000_000))
        return sum(1 for one in found if one.voted is not OrganisationStatus.REMOVED)

    def list_keys(self, number: int, as_of: int | None = None) -> list[Key]:
        self.get_organisation(number, as_of)
        return self._index.keys(number, block_of(self._index, as_of))

    def get_key(self, address: str, as_of: int | None = None) -> Key:
        """`address` in any case of its hex digits."""
        return require(self._index.find_key(checksummed(address), block_of(self._index, as_of)), "key")

    def list_written(self, key: Key, since: int, page: Page) -> list[Event]:
        """What a key wrote from Unix time `since` on."""
        return self._index.events_by_operator(key.address, since, page)

    def list_proposals(self, page: Page) -> list[Proposal]:
        return self._index.proposals(page)

    def get_proposal(self, number: int, as_of: int | None = None) -> Proposal:
        return require(self._index.find_proposal(number, block_of(self._index, as_of)), "proposal")

    def get_thresholds(self, as_of: int | None = None) -> Thresholds:
        return self._index.thresholds(block_of(self._index, as_of))

    def list_generations(self, as_of: int | None = None) -> list[Generation]:
        return self._index.generations(block_of(self._index, as_of))
