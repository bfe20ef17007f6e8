"""Registering device streams and anchoring their tree heads."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.codes import Capability, DeviceClass
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.dataset import PADDING
from ledger_node.errors import InvalidField, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.batches import each
from ledger_node.services.generations import require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions, once

#: A head of a stream: its id, the size and the root of its tree.
Head = tuple[str, int, str]


class Streams:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership

    @once
    def register(self, idempotency: Idempotency, device_class: DeviceClass) -> Command:
        self._membership.require(Capability.CUSTODIAN)
        return self._submissions.making(
            idempotency, ids.STREAM, "stream.register", "anchors", "registerStream", int(device_class)
        )

    @once
    def anchor(self, _: Idempotency, head: Head) -> Command:
        stream, size, _root = head
        current, generation = self._require_ours(stream)
        _require_growing(size, current)
        return Command("stream.anchor", "anchors", "anchor", (head,), stream, generation)

    @once
    def anchor_all(self, _: Idempotency, heads: Sequence[Head]) -> Command:
        """1 to MAX_BATCH heads in their order, all or none."""
        sizes: dict[str, int] = {}

        def grown(head: Head) -> Head:
            stream, size, _root = head
            # Once for each stream: its anchors are counted to find it, and a batch may be one stream's.
            if stream not in sizes:
                sizes[stream], _generation = self._require_ours(stream)
            _require_growing(size, sizes[stream])
            sizes[stream] = size
            return head

        shown = each("anchors", heads, grown)
        subject = next(iter(sizes)) if len(sizes) == 1 else None
        return Command("stream.anchor", "anchors", "anchorAll", (shown,), subject)

    def _require_ours(self, stream: str) -> tuple[int, int | None]:
        """How many leaves the stream's newest head has, and its generation."""
        self._membership.require(Capability.CUSTODIAN)
        found = require(self._index.find_stream(stream, block_of(self._index, None)), "stream")
        self._membership.require_ours(found.custodian, "only the stream's custodian anchors")
        size = found.newest_anchor.size if found.newest_anchor else 0
        return size, require_in_force(self._index, found.at, "stream")


def _require_growing(size: int, current: int) -> None:
    if size <= 0 or size % PADDING:
        raise InvalidField("a stream is padded before it is anchored", needed=f"a multiple of {PADDING}")
    if size <= current:
        raise StateConflict("a head is larger than the one before", got=f"{size} leaves", needed=f"more than {current}")
