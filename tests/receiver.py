"""A real HTTP server that receives webhooks: how it answers can be changed while it runs."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


FINE = says(204)


def hangs(request: BaseHTTPRequestHandler) -> None:
    """Answers byte by byte, and never to the end."""
    for _ in range(50):
        request.wfile.write(b"H")
        time.sleep(0.1)


def closes(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def endless(request: BaseHTTPRequestHandler) -> None:
    """200, and a body without an end."""
    request.send_response(200)
    request.end_headers()
    for _ in range(10_000):
        request.wfile.write(b"x" * 65_536)


@dataclass
class Got:
    """`at` is when it came, in seconds of `time.monotonic`."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    port: int = 0
    behaviour: Behaviour = FINE
    got: list[Got] = field(default_factory=list)
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    @property
    def numbers(self) -> list[int]:
        """Of the datasets, negative where one was taken back."""
        said = [one.event for one in self.got]
        return [one["data"]["args"]["number"] * (-1 if one["data"]["reverts"] else 1) for one in said]


@contextmanager
def receiving(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Over TLS with a context of a server's certificate."""
    receiver = Receiver(scheme="http" if tls is None else "https")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(self.path, headers, body))
            try:
                receiver.behaviour(self)
            except OSError:
                self.close_connection = True  # the sender has had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
