"""Captured evidence: whether each capture still gives the bundle that was captured.

The hashes that name nodes and headers say whether they are what they were. A broken capture cannot be mended: the
engine may have forgotten its block. It is dropped, and its subject captured anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger_node.ports import Broken, Captures
from ledger_node.services.fsck.findings import Code, Finding


class CapturePart:
    name = "captures"

    def __init__(self, captures: Captures) -> None:
        self._captures = captures

    def look(self, at: int) -> tuple[int, list[Finding]]:  # noqa: ARG002  # all captures, whatever their block
        checked, broken = self._captures.broken()
        return checked, [_finding(one) for one in broken]

    def repair(self, findings: list[Finding], /) -> Iterator[Finding]:
        mended = {_finding(one) for one in self._captures.mend()} if findings else set()
        yield from (replace(one, repaired=True) for one in findings if one in mended)


def _finding(one: Broken) -> Finding:
    if one.subject is None:
        return Finding(Code.NODES_MISCOUNTED, "proof nodes", one.detail, repairable=True)
    return Finding(Code.CAPTURE_BROKEN, f"{one.subject} as of block {one.block}", one.detail, repairable=True)
