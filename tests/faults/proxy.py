"""A bad line between a node and its chain: an HTTP proxy that drops, delays, repeats, truncates and lies."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

#: A digit of what an answer says of blocks.
TOLD = re.compile(rb'"(?:hash|blockHash|parentHash|blockNumber)":"0x([0-9a-f])')
FAULTS = ("lose the question", "lose the answer", "delay", "repeat", "truncate", "lie")


class BadLine:
    """`share` of the requests meet a fault, drawn evenly; `done` counts them. 0 is a good line. `away` loses all."""

    def __init__(self, target: str, share: float, seed: int = 7) -> None:
        self.target = target
        self.share = share
        self.away = False
        self.done: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._drawing = threading.Lock()

    def draw(self) -> str:
        """A fault's name, or nothing."""
        if self.away:
            return "lose the question"
        with self._drawing:
            if self._chance.random() >= self.share:
                return ""
            fault = self._chance.choice(FAULTS)
            self.done[fault] += 1
            return fault

    def ask(self, body: bytes) -> bytes:
        request = Request(self.target, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    def lie(self, answer: bytes) -> bytes:
        """Another block hash or number somewhere, as of a fork that nobody has. What an event says is believed of the
        node's own engine."""
        with self._drawing:
            places = [match.start(1) for match in TOLD.finditer(answer)]
            if not places:
                return b"{}"
            at = self._chance.choice(places)
        return answer[:at] + (b"0" if answer[at : at + 1] != b"0" else b"1") + answer[at + 1 :]


@contextmanager
def bad_line(target: str, share: float) -> Iterator[tuple[str, BadLine]]:
    """Its URL, and itself."""
    line = BadLine(target, share)

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # else the system holds the answer back until its head is acknowledged

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = line.draw()
            if fault == "lose the question":
                self.close_connection = True
                return
            if fault == "delay":
                time.sleep(1.5)
            answer = line.ask(body)
            if fault == "repeat":
                answer = line.ask(body)
            if fault == "lose the answer":
                self.close_connection = True
                return
            if fault == "lie":
                answer = line.lie(answer)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[: len(answer) // 2] if fault == "truncate" else answer)
            self.close_connection = fault == "truncate"

        def log_message(self, *args: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
