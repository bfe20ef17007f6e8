"""All parts in turn, in the order in which one relies on another."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.ports import Index
from ledger_node.services.fsck.findings import Code, Finding, Part, Report
from ledger_node.services.reading import checkpoint

#: Nothing that is compared with another chain, or with other contracts, says anything.
FATAL = frozenset({Code.CHAIN_DIFFERS, Code.CODE_DIFFERS, Code.CODE_ABSENT})


class Fsck:
    def __init__(self, index: Index, parts: Sequence[Part]) -> None:
        self._index = index
        self._parts = parts

    def run(self, *, repair: bool = False) -> Report:
        """Looks at everything as of the block where the index stands now.

        With `repair`, what can be derived is put right: rows of the index from events, a submission's outcome from its
        receipt, a document from the queue of pins or the swarm; a broken capture is made anew. Nothing else is touched.
        """
        at = checkpoint(self._index).number
        checked: dict[str, int] = {}
        findings: list[Finding] = []
        for part in self._parts:
            checked[part.name], found = part.look(at)
            if repair:
                mended = {one.subject: one for one in part.repair([one for one in found if one.repairable])}
                found = [mended.get(one.subject, one) for one in found]
            findings += found
            if any(one.code in FATAL for one in found):
                break
        return Report(at, checked, tuple(findings))
