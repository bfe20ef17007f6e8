"""A peer over HTTP, as it may answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ledger_node.errors import MedLedgerError, NodeFailed, NodeUnreachable, Unauthenticated
from ledger_node.peers.asking import HttpPeer
from ledger_node.proof import checkpoint
from ledger_node.proof.strict_json import dump_canonical
from tests.unit.proof.signing import ONE, TWO, signed_by

Answer = Callable[[BaseHTTPRequestHandler], None]
TRICKLE = 20.0  # seconds that an answer takes which never comes to its end
LIMIT = 30.0  # seconds, for who answers at once


@contextmanager
def peer(answer: Answer, limit: float = LIMIT) -> Iterator[HttpPeer]:
    """On a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["Authorization"] == "Bearer the-key"
            answer(self)

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield HttpPeer(f"http://127.0.0.1:{server.server_address[1]}", "the-key", limit=limit)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(status: int, content: bytes) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def page(*heights: checkpoint.SignedCheckpoint) -> bytes:
    items = [
        {
            "number": one.number,
            "splitView": False,
            "keptAt": "2026-11-22T01:02:03Z",
            "checkpoints": [checkpoint.to_json(one)],
        }
        for one in heights
    ]
    return dump_canonical({"asOfBlock": 5000, "indexLag": 0, "items": items, "next": None})  # type: ignore[dict-item]


def trickles(request: BaseHTTPRequestHandler) -> None:
    """Never silent for long, and never done."""
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    until = time.monotonic() + TRICKLE
    while time.monotonic() < until:
        try:
            request.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.05)


def test_documents_come_as_they_were_signed() -> None:
    given = (signed_by(ONE, TWO), signed_by(TWO, number=7))
    with peer(says(200, page(*given))) as asked:
        assert [checkpoint.read(one) for one in asked.newest()] == list(given)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(401, b'{"code":"ML-0201","detail":"no","got":"","needed":"","retry":"never"}'), Unauthenticated),
        (says(200, b"<html>"), NodeFailed),
        (says(200, b'{"items":[{"number":1}],"next":null}'), NodeFailed),
        (
            says(200, b'{"items":[{"number":1,"splitView":false,"keptAt":"","checkpoints":[1]}],"next":null}'),
            NodeFailed,
        ),
    ],
    ids=["refuses", "no JSON", "no checkpoint", "no document"],
)
def test_other_answers_are_errors(answer: Answer, error: type[MedLedgerError]) -> None:
    with peer(answer) as asked, pytest.raises(error):
        asked.newest()


def test_answer_that_trickles_is_cut_in_time() -> None:
    began = time.monotonic()
    with peer(trickles, limit=0.5) as asked, pytest.raises(NodeUnreachable):
        asked.newest()
    assert time.monotonic() - began < TRICKLE / 2


def test_peer_that_is_away_is_unreachable() -> None:
    with pytest.raises(NodeUnreachable):
        HttpPeer("http://127.0.0.1:1", "the-key").newest()
