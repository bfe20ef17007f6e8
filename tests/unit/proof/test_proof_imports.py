"""The proof layer loads nothing that can open a socket."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import importlib, pkgutil
import ledger_node.proof
for module in pkgutil.iter_modules(ledger_node.proof.__path__):
    importlib.import_module("ledger_node.proof." + module.name)
bad = {"socket", "_socket", "ssl", "requests", "urllib3", "http.client", "urllib.request", "asyncio", "web3"}
print(sorted(bad & set(sys.modules)))
"""


def test_proof_loads_no_socket() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)
