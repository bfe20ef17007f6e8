"""Answers that end: every answer of Kubo is read to its end here, within a size and a time, before anyone parses it."""

from __future__ import annotations

import io
import time
from typing import Any

import requests
from requests.adapters import BaseAdapter

from ledger_node.errors import BlobCorrupt
from ledger_node.proof.cid import BLOCK

LISTING = 64 << 20  # bytes: the most of any answer that is no block
PIECE = 64 << 10
SWEEP = 600.0  # seconds that Kubo's own garbage collection may take


class Bounded(BaseAdapter):
    """Stands before one of a session's own adapters.

    The library's time-out counts from byte to byte, so that a stream of single bytes would hold a thread for ever, and
    it takes any number of them. Here `seconds` bounds the whole answer: requests.Timeout beyond it, BlobCorrupt beyond
    the size (a block's, where one was asked for).
    """

    def __init__(self, behind: BaseAdapter, seconds: float) -> None:
        super().__init__()
        self._behind = behind
        self._seconds = seconds

    def send(self, request: requests.PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        url = request.url or ""
        deadline = time.monotonic() + (SWEEP if "/repo/gc" in url else self._seconds)
        answer = self._behind.send(request, *given, **named)
        most = BLOCK if "/block/get" in url else LISTING
        try:
            content = self._read(answer, most, deadline)
        finally:
            answer.close()
        answer.raw = io.BytesIO(content)
        return answer

    def close(self) -> None:
        self._behind.close()

    def _read(self, answer: requests.Response, most: int, deadline: float) -> bytes:
        content = bytearray()
        while piece := answer.raw.read1(PIECE, decode_content=True):
            content += piece
            if len(content) > most:
                raise BlobCorrupt("Kubo answers with more than a document has", needed=f"at most {most} bytes")
            if time.monotonic() > deadline:
                raise requests.Timeout("the answer did not end in time")
        return bytes(content)
