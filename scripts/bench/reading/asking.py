"""Requests a second over a few connections that stay open, in one thread: all ask, then all are read, and again.

A client library would cost more than what is measured. Here a request is bytes made beforehand, and of an answer only
the status and the length are read.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from itertools import cycle

from scripts.bench.reading.served import Served

CONNECTIONS = 4
OK = b"HTTP/1.1 200"
LENGTH = b"content-length: "


class Refused(Exception):
    """An answer that is not 200."""


class Asking:
    def __init__(self, server: Served) -> None:
        self._server = server
        self._sockets = [self._connect() for _ in range(CONNECTIONS)]

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    def rate(self, paths: Sequence[str], seconds: float) -> float:
        """Answers a second while the paths are asked for, one after the other and again."""
        asked = cycle([self._bytes(path) for path in paths])
        answered, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            for one in self._sockets:
                one.sendall(next(asked))
            for one in self._sockets:
                _read(one)
            answered += len(self._sockets)
        return answered / spent

    def get(self, path: str) -> bytes:
        self._sockets[0].sendall(self._bytes(path))
        return _read(self._sockets[0])

    def _bytes(self, path: str) -> bytes:
        lines = (f"GET {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {self._server.key}", "", "")
        return "\r\n".join(lines).encode()

    def _connect(self) -> socket.socket:
        deadline = time.monotonic() + 60
        while True:
            try:
                made = socket.create_connection(("127.0.0.1", self._server.port), timeout=60)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return made
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def _read(one: socket.socket) -> bytes:
    """The body of the next answer."""
    got = bytearray()
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += one.recv(1 << 18)
    head = bytes(got[:end]).lower()
    if not head.startswith(OK.lower()):
        raise Refused(head.split(b"\r\n")[0].decode())
    length = int(head.split(LENGTH)[1].split(b"\r\n")[0])
    while len(got) < end + 4 + length:
        got += one.recv(1 << 18)
    return bytes(got[end + 4 :])
