"""The analysers' own virtual environments: slither and halmos each need older packages than the node does."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from scripts.analysis.form import ToolError
from scripts.analysis.places import BUILD, ROOT


def ready(name: str) -> Path:
    """The environment of `scripts/locks/NAME.txt`, made on first use and again when the lock changes."""
    lock = ROOT / "scripts" / "locks" / f"{name}.txt"
    venv = BUILD / "venvs" / name
    stamp = venv / "lock.sha256"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return venv
    uv = str(Path(sys.executable).parent / "uv")
    python = str(venv / "bin" / "python")
    try:
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(lock)], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(f"the environment of {name} could not be made from {lock.name}: {error}") from error
    stamp.write_text(wanted)
    return venv
