"""An MLflow tracking server with a registry, as its documentation has it served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.bench import wire
from scripts.bench.api.clients import CLIENTS
from scripts.engines.build import ENGINES
from tests.mlflow_server import running

MODELS = "/api/2.0/mlflow/registered-models/create"
VERSIONS = "/api/2.0/mlflow/model-versions/create"


@dataclass(frozen=True, slots=True)
class Registry:
    port: int

    def creation(self, client: int) -> bytes:
        """A version of the client's own model: on one model of all they would wait for each other's numbers."""
        return _post(VERSIONS, {"name": _name(client), "source": "s3://bench/model"})


@contextmanager
def registry(folder: Path, store: str | None) -> Iterator[Registry]:
    """`store` is SQLAlchemy's URL; None is SQLite, in the folder."""
    with running(ENGINES / "mlflow/bin/mlflow", folder, store) as url:
        port = urlsplit(url).port
        assert port is not None
        with wire.connect(port) as line:
            for client in range(CLIENTS):
                line.sendall(_post(MODELS, {"name": _name(client)}))
                assert wire.read(line).succeeded
        yield Registry(port)


def _name(client: int) -> str:
    return f"model-{client}"


def _post(path: str, body: dict[str, str]) -> bytes:
    return wire.post(path, json.dumps(body).encode(), [])
