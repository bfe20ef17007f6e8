"""Ponder, installed by the bench itself into `build/bench/ponder`: no dependency of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from ledger_node.chain.artifact import artifact_of
from ledger_node.localnet.processes import free_port
from scripts.bench.form import FOLDER
from scripts.bench.gas.chain import CHAIN_ID
from scripts.bench.indexing.chain import Chain

HERE = FOLDER / "ponder"
SOURCE = Path(__file__).parent / "application"
SCHEMA = "bench"
TIMEOUT = 900.0  # seconds for one run
DONE = "Completed backfill indexing across all chains"


def install() -> None:
    """The application that is in `application/`, with the packages that its `package.json` pins."""
    shutil.copytree(SOURCE, HERE, dirs_exist_ok=True)
    (HERE / "abi.json").write_text(json.dumps(artifact_of("anchors").abi))
    if not (HERE / "node_modules" / ".bin" / "ponder").exists():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=HERE, check=True)


def run(chain: Chain, url: str) -> tuple[float, int]:
    """Seconds from the beginning of its indexing to the end, by its own word, and the rows that are there then.

    Its start and its compiling are left out, as ours are.
    """
    database = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {
        **os.environ,
        "ANCHORS": chain.deployment.contracts.anchors,
        "CHAIN_ID": str(CHAIN_ID),
        "DATABASE_URL": database,
        "PONDER_TELEMETRY_DISABLED": "true",
        "RPC_URL": chain.url,
    }
    log = HERE / "run.log"
    words = ["start", "--schema", SCHEMA, "--hostname", "127.0.0.1", "--port", str(free_port()), "--log-format", "json"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [str((HERE / "node_modules" / ".bin" / "ponder").resolve()), *words],
            cwd=HERE,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            seconds = _seconds(process, log)
        finally:
            process.terminate()
            process.wait(30)
    return seconds, _rows(url)


def _seconds(process: subprocess.Popen[bytes], log: Path) -> float:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text().splitlines():
            if DONE in line:
                return float(json.loads(line)["duration"]) / 1000
        time.sleep(0.2)
    raise RuntimeError(f"ponder did not finish, see {log}")


def _rows(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text(f"SELECT count(*) FROM {SCHEMA}.anchor"))  # noqa: S608
    engine.dispose()
    return int(found or 0)
