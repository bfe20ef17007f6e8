"""The process that devices send to: `python -m ledger_node.edge.streams.receiver`, told by one line of JSON how.

A DICOM storage provider (PS3.4, B; PS3.7, 9.1.1): it answers C-ECHO and C-STORE, writes each object as it came to the
watched folder, and says Success only when all of it is on the disk. It parses no data set, and has limits on memory, on
the size of an object, and on how many devices are connected. Who is not known is not connected.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ledger_node.edge.streams.intake import RECEIVED

#: C-STORE's answers (PS3.4, B.2.3): Success, and Refused: Out of Resources.
SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
ECHO = "1.2.840.10008.1.1"
PATIENCE = 30.0  # seconds for a connected device to say something


@dataclass(frozen=True, slots=True)
class Listening:
    """`known` are the AE titles that may send; `certificate` and `key` are PEM files, `clients` the PEM file of those
    who may sign a device's certificate. `memory` and `largest` are in bytes."""

    incoming: str
    ae_title: str
    known: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 11112
    devices: int = 16
    memory: int = 4 << 30  # of addresses: each device has threads with stacks of their own
    largest: int = 256 << 20
    certificate: str | None = None
    key: str | None = None
    clients: str | None = None

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    listening = Listening(**{**asked, "known": tuple(asked["known"])})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = serve(listening)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    stop.wait()
    server.shutdown()


def _end_with_parent(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def serve(listening: Listening) -> Any:
    """Starts to listen; the server. OSError when the port is taken, ssl.SSLError for bad certificates."""
    from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt

    for name in ("pynetdicom", "pydicom"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # they quote what they were sent
    entity = AE(ae_title=listening.ae_title)
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
    entity.add_supported_context(ECHO)
    entity.require_called_aet = True
    entity.require_calling_aet = list(listening.known)
    entity.maximum_associations = listening.devices
    entity.network_timeout = entity.acse_timeout = entity.dimse_timeout = PATIENCE
    limit(listening)
    return entity.start_server(
        (listening.host, listening.port),
        block=False,
        evt_handlers=[(evt.EVT_C_STORE, stored, [Path(listening.incoming), listening.largest])],
        ssl_context=context_of(listening),
    )


def stored(event: Any, incoming: Path, largest: int) -> int:
    """Writes the object of a C-STORE request; the status that answers it."""
    try:
        content = event.encoded_dataset()
        if len(content) > largest:
            return OUT_OF_RESOURCES
        keep(content, incoming)
    except (OSError, MemoryError):
        return OUT_OF_RESOURCES
    return SUCCESS


def keep(content: bytes, incoming: Path) -> None:
    """On the disk, whole, under a name of ours; hidden until it is."""
    name = uuid.uuid4().hex
    hidden = incoming / f".{name}"
    try:
        with hidden.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        hidden.rename(incoming / f"{name}{RECEIVED}")
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    folder = os.open(incoming, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class OwnHandshakes(ssl.SSLContext):
    """Each connection shakes hands in its own thread, when it first says something. The listener would do it before it
    accepts the next: whoever connects and says nothing would shut all others out."""

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,  # noqa: ARG002
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        sock.settimeout(PATIENCE)
        return super().wrap_socket(sock, server_side, False, suppress_ragged_eofs, server_hostname, session)


def context_of(listening: Listening) -> ssl.SSLContext | None:
    """TLS 1.2 or newer as BCP 195 asks (PS3.15, B.9); with `clients`, devices must show a certificate too."""
    if listening.certificate is None:
        return None
    context = OwnHandshakes(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(listening.certificate, listening.key)
    if listening.clients is not None:
        context.load_verify_locations(listening.clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def limit(listening: Listening) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (listening.memory, listening.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (listening.largest, listening.largest))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


if __name__ == "__main__":
    main()
