"""HTTP/1.1 over sockets that stay open, for measuring: a client library would cost more than what is measured.

A request is bytes made beforehand; of an answer only the status, the length and the body are read.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

LENGTH = b"\r\ncontent-length: "
CHUNK = 1 << 18
PATIENCE = 60.0  # seconds: for a server to listen, and for an answer


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


def connect(port: int) -> socket.socket:
    """To a server on this machine, as soon as it listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def get(path: str, key: str) -> bytes:
    return _head("GET", path, [f"Authorization: Bearer {key}"])


def post(path: str, body: bytes, headers: list[str]) -> bytes:
    return _head("POST", path, [*headers, "Content-Type: application/json", f"Content-Length: {len(body)}"]) + body


def read(one: socket.socket) -> Answer:
    """The next answer. ConnectionError when the server ended the connection before."""
    got = bytearray()
    while (end := got.find(b"\r\n\r\n")) < 0:
        _more(one, got)
    head = bytes(got[: end + 2]).lower()
    whole = end + 4 + int(head.split(LENGTH)[1].split(b"\r\n")[0])
    while len(got) < whole:
        _more(one, got)
    return Answer(int(head[9:12]), bytes(got[end + 4 :]))


def _more(one: socket.socket, got: bytearray) -> None:
    came = one.recv(CHUNK)
    if not came:
        raise ConnectionError("the server ended the connection")
    got += came


def _head(method: str, path: str, headers: list[str]) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()
