"""What `node run` does: the workers, the HTTP server, and their end."""

from __future__ import annotations

import json
import logging
import signal
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import uvicorn

from ledger_node.bootstrap import Runtime
from ledger_node.config import HttpConfig, load_config
from ledger_node.errors import ConfigInvalid, PortInUse
from ledger_node.localnet.processes import port_is_free
from registry_api.app import create_app
from registry_api.rates import Rates

if TYPE_CHECKING:
    import socket

    from starlette.applications import Starlette

#: What a log line may hold besides its message: ids, codes, numbers. Everything else is left out.
FIELDS = (
    "submission",
    "kind",
    "state",
    "block",
    "nonce",
    "code",
    "method",
    "route",
    "status",
    "duration_ms",
)


class JsonLines(logging.Formatter):
    """One JSON object a line, of allowed fields only."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        # A stranger's message may hold anything, so only our own are written out.
        ours = record.name.startswith(("ledger_node", "registry_api"))
        line["message"] = record.getMessage() if ours else str(record.msg).split("%")[0][:80]
        line |= {field: record.__dict__[field] for field in FIELDS if field in record.__dict__}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line)


def serve(config_file: Path, *, runtime: type[Runtime] = Runtime) -> None:
    """Runs until SIGINT or SIGTERM. Refuses before it writes anything when the port or the chain is not as needed."""
    config = load_config(config_file)
    if not port_is_free(config.host, config.port):
        raise PortInUse("the node's port is taken", got=f"port {config.port}", needed="another port in the node's file")
    log_to(sys.stderr)
    # uvicorn raises the signal that stopped it again: what ends after it must still be ended, and the writing let go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with runtime(config) as node:
        http = config.http
        rates = Rates(http.requests_per_second, http.burst)
        app = create_app(node, rates=rates, origins=http.origins, streams=http.streams)
        listen(app, config.host, config.port, http)


def log_to(stream: TextIO) -> None:
    """Lines of JSON from now on."""
    output = logging.StreamHandler(stream)
    output.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[output], force=True)
    for noisy in ("alembic", "urllib3", "web3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Server(uvicorn.Server):
    """Lets those go first who follow what is new: they would stay for as long as they are let."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = self.config.app.state  # type: ignore[union-attr]
        state.broadcast.close()
        state.live.close()
        await super().shutdown(sockets)


def listen(app: Starlette, host: str, port: int, http: HttpConfig | None = None) -> None:
    """Answers until SIGINT or SIGTERM."""
    server_of(app, host, port, http).run()


def server_of(app: Starlette, host: str, port: int, http: HttpConfig | None = None) -> Server:
    """With TLS when there is a certificate, and only for clients with one when there is a `client_ca`."""
    tls = http or HttpConfig()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
        ssl_certfile=tls.certificate,
        ssl_keyfile=tls.key,
        ssl_ca_certs=None if tls.client_ca is None else str(tls.client_ca),
        ssl_cert_reqs=ssl.CERT_NONE if tls.client_ca is None else ssl.CERT_REQUIRED,
    )
    try:
        config.load()
    except OSError as error:  # what is wrong with TLS is one too
        raise ConfigInvalid(
            "the files for TLS cannot be used",
            got=type(error).__name__,
            needed="PEM files of a certificate and its key",
        ) from None
    return Server(config)
