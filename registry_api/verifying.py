"""Verifying a bundle that somebody sent, within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from ledger_node.errors import EvidenceMalformed, MedLedgerError, TrustMalformed

MOST_BUNDLE = 16 << 20  # bytes that a page takes
MOST_REPORT = 64 << 20  # bytes
LONGEST = 60.0  # seconds for all of it
AT_ONCE = 2  # in one process of the node

#: What it is like when the other process does not answer.
UNANSWERED = (
    TimeoutError,
    anyio.EndOfStream,
    anyio.IncompleteRead,
    anyio.DelimiterNotFound,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
)
#: The trust file to verify against, once the number of the bundle's block is known.
TrustFor = Callable[[int], Awaitable[bytes]]


async def verified(bundle: bytes, trust_for: TrustFor) -> dict[str, Any]:
    """The report (`Report.to_json`). EvidenceMalformed or TrustMalformed for what cannot be read, and EvidenceMalformed
    for what takes more time or memory than there is."""
    try:
        with anyio.fail_after(LONGEST):
            return await _asked(bundle, trust_for)
    except UNANSWERED:
        raise EvidenceMalformed(
            "the file takes more time or memory than a page has",
            got=f"{len(bundle)} bytes",
            needed="the verifier on your own machine",
        ) from None


async def _asked(bundle: bytes, trust_for: TrustFor) -> dict[str, Any]:
    process = await anyio.open_process([sys.executable, "-m", "registry_api.verifier"], stderr=subprocess.DEVNULL)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = BufferedByteReceiveStream(process.stdout)
        await process.stdin.send(b"%d\n" % len(bundle))
        await process.stdin.send(bundle)
        block = (await _answer(answers))["block"]
        await process.stdin.send(await trust_for(block))
        await process.stdin.aclose()
        report: dict[str, Any] = (await _answer(answers))["report"]
        return report
    finally:
        await _end(process)


async def _answer(answers: BufferedByteReceiveStream) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await answers.receive_until(b"\n", MOST_REPORT))
    if "code" not in answer:
        return answer
    kinds: tuple[type[MedLedgerError], ...] = (TrustMalformed, EvidenceMalformed)
    kind = next((one for one in kinds if one.code == answer["code"]), EvidenceMalformed)
    raise kind(answer["detail"], got=answer["got"], needed=answer["needed"])


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    with anyio.CancelScope(shield=True):
        await process.aclose()
