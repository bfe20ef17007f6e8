"""The node's application under uvicorn, as `node run` serves it, in a process of its own: one node, one process.

What a read does not touch is not there: the chain, the submitter; there is a store of documents without any. Beside the
node's routes stands one that answers with a constant: it is guarded and logged as they are, so that it costs what every
request costs.
"""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ledger_node.blobs.folder import FolderBlobs
from ledger_node.bootstrap import DAY, Node, SystemClock
from ledger_node.cli.serving import listen, log_to
from ledger_node.domain.command import Deployment, Identity
from ledger_node.localnet.processes import free_port
from ledger_node.metrics import Metrics
from ledger_node.services.access import Access
from ledger_node.services.catalogue import Catalogue
from ledger_node.services.documents import Documents
from ledger_node.services.feed import Feed
from ledger_node.services.lifecycles import Lifecycles
from ledger_node.services.lineage import Lineages
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import Times
from ledger_node.services.recording import Recording
from ledger_node.services.register import Register
from ledger_node.services.status import Limits, Status
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from ledger_node.store.pins import SqlPins
from ledger_node.store.read_record import SqlReadRecord
from registry_api.app import create_app
from registry_api.routes import versions
from registry_api.schemas.base import Stamped

CONSTANT = "/v1/constant"
ANSWER = Stamped(as_of_block=1, index_lag=0)
AWAY: Any = None  # what no read touches
DEPLOYMENT = cast("Deployment", SimpleNamespace(chain_id=1, genesis="0x" + "00" * 32))


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    key: str


@contextmanager
def served(url: str, folder: Path, *, record: bool = False) -> Iterator[Served]:
    """With `record` each read is put on record, as on a regulator's node."""
    place = Served(free_port(), secrets.token_hex(32))
    database = Database(url)
    SqlApiKeys(database).add(place.key, "auditor", "bench", (), SystemClock().now(), None)
    database.close()
    words = [sys.executable, "-m", "scripts.bench.reading.served", url, str(place.port), str(folder), str(record)]
    with (folder / f"served-{place.port}.log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            yield place
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def main(url: str, port: int, documents: Path, record: bool) -> None:
    database, clock = Database(url), SystemClock()
    recording = Recording(SqlReadRecord(database), clock, lambda: record, keep=DAY)
    index, meter = SqlIndex(database), Metrics()
    at = index.checkpoint()
    assert at is not None
    times = Times(index, AWAY)
    identity = cast("Identity", SimpleNamespace(organisation=1))
    status = Status(identity, index, AWAY, AWAY, AWAY, meter, AWAY, Limits(20, 300))
    status.note_head(at.number)
    node = SimpleNamespace(
        identity=identity,
        index=index,
        times=times,
        recording=recording,
        access=Access(SqlApiKeys(database), clock),
        catalogue=Catalogue(index),
        lineages=Lineages(index, times),
        lifecycles=Lifecycles(index, AWAY, AWAY, Permissions(index, times, clock)),
        documents=Documents(FolderBlobs(documents / "documents"), SqlPins(database, clock)),
        register=Register(index),
        feed=Feed(index, DEPLOYMENT),
        status=status,
        meter=meter,
    )
    versions.routes.add_api_route(CONSTANT, constant, methods=["GET"])
    app = create_app(cast("Node", node))
    log_to(sys.stderr)
    recording.start()
    listen(app, "127.0.0.1", port)
    recording.stop()


def constant() -> Stamped:
    return ANSWER


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), record=sys.argv[4] == str(True))
