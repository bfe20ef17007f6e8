"""Erasure from a stream: an object's file, its row and its nonce go; its leaf stays, and every other proof holds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ledger_node.edge import receipts
from ledger_node.edge.attestation import Clock, now
from ledger_node.edge.streams.intake import kept_at
from ledger_node.edge.streams.log import StreamLog
from ledger_node.errors import NotFound
from ledger_node.proof.strict_json import Json


def erase(folder: Path, log: StreamLog, instances: Collection[str], clock: Clock = now) -> tuple[Path, str]:
    """Erases the records of these SOP Instance UIDs; the receipt and its digest (0x-hex).

    The receipt is on the disk before anything goes, so that `erase_again` finishes what was interrupted.
    Raises NotFound when the log has not all of them: then nothing goes.
    """
    found = {log.position_of(instance) for instance in instances}
    positions = found - {None}
    if None in found or not positions:
        raise NotFound(
            "the stream does not hold all of these records",
            got=f"{len(positions)} of {len(set(instances))}",
            needed="SOP Instance UIDs of accepted objects",
        )
    leaves = log.leaves_at(position for position in positions if position is not None)
    receipt, digest = receipts.write(folder, _about(log), leaves.values(), clock)
    _remove(folder, log, leaves)
    return receipt, digest


def erase_again(folder: Path, log: StreamLog, kept: Path | None = None) -> int:
    """Erases what the receipts name, in the folder or in the folder `kept`, and came back; how many records."""
    named = receipts.leaves_in(kept or folder / receipts.RECEIPTS, _about(log))
    return _remove(folder, log, log.positions_of(named))


def _about(log: StreamLog) -> dict[str, Json]:
    return {"stream": log.stream}


def _remove(folder: Path, log: StreamLog, positions: Collection[int]) -> int:
    """How many were there, as a file or as a row."""
    gone = 0
    for position in sorted(positions):
        file = kept_at(folder, position)
        there = file.exists()
        file.unlink(missing_ok=True)  # first: a row whose file has gone can be asked for again
        gone += log.forget(position) or there
    return gone
