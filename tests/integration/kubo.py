"""A private Kubo daemon on the loopback, for tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import engine


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """Starts a daemon that knows nobody and yields its RPC's multiaddress. Skips without Kubo."""
    ipfs = engine("ipfs")
    environment = {**os.environ, "IPFS_PATH": str(folder), "IPFS_TELEMETRY": "off"}
    subprocess.run([ipfs, "init", "--profile", "test"], env=environment, check=True, capture_output=True)
    file = folder / "config"
    config = json.loads(file.read_text())
    config["Addresses"] |= {"API": "/ip4/127.0.0.1/tcp/0", "Gateway": [], "Swarm": []}
    config |= {"Bootstrap": [], "AutoConf": {"Enabled": False}, "DNS": {"Resolvers": {}}}
    config |= {"Routing": {"Type": "none", "DelegatedRouters": []}}
    config["Ipns"]["DelegatedPublishers"] = []
    file.write_text(json.dumps(config))
    process = subprocess.Popen(
        [ipfs, "daemon"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Daemon is ready" in line:
                break
        yield (folder / "api").read_text().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
