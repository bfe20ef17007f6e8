"""Finding the programs that a network runs: from PATH, else from this checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ledger_node.errors import ToolMissing


def find_program(name: str, place: str, ask: str, version: str, needed: str) -> str:
    """The program `name` from PATH, else from `place` under the current folder, when its answer to `ask` holds
    `version`. ToolMissing says what is `needed`."""
    local = Path(place) / name
    for found in (shutil.which(name), str(local.resolve()) if local.exists() else None):
        if found is None:
            continue
        said = subprocess.run([found, ask], capture_output=True, text=True, check=False)  # noqa: S603
        if version in said.stdout:
            return found
    raise ToolMissing(f"{name} is not here in the right version", needed=needed)
