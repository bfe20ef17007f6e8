"""A way to Kubo that fails as told, and a Kubo that lies."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Way:
    """A TCP proxy on one port. Without a `target` it hangs up; `delay` seconds go by before each answer's bytes."""

    def __init__(self) -> None:
        self.target: int | None = None
        self.delay = 0.0
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.address = f"/ip4/127.0.0.1/tcp/{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.target is None:
                return
            self._open.add(client)
            with socket.create_connection(("127.0.0.1", self.target)) as kubo:
                forth = threading.Thread(target=self._pump, args=(client, kubo, lambda: 0.0), daemon=True)
                forth.start()
                self._pump(kubo, client, lambda: self.delay)

    def _pump(self, source: socket.socket, sink: socket.socket, delay: Callable[[], float]) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                time.sleep(delay())
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def turn(self, target: int | None) -> None:
        """To another target, or none, also for those who are connected already."""
        self.target = target
        while self._open:
            with suppress(OSError):  # closed by now
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextmanager
def way() -> Iterator[Way]:
    made = Way()
    try:
        yield made
    finally:
        made.close()


class Liar:
    """Answers every request with `pieces`, one every `pause` seconds, for as long as anybody listens."""

    def __init__(self, pieces: Iterator[bytes], pause: float = 0.0) -> None:
        self.sent = 0
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(200)
                self.end_headers()
                with suppress(OSError):
                    for piece in pieces:
                        self.wfile.write(piece)
                        liar.sent += len(piece)
                        time.sleep(pause)

            def log_message(self, *parts: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.address = f"/ip4/127.0.0.1/tcp/{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def liar(pieces: Iterator[bytes], pause: float = 0.0) -> Iterator[Liar]:
    made = Liar(pieces, pause)
    try:
        yield made
    finally:
        made.close()
