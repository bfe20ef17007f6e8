"""Virtual environments of their own, for programs that need other packages than the node does."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "locks"


def is_current(venv: Path, lock: str) -> bool:
    """Whether `venv` was made from `scripts/locks/LOCK.txt` as it is now."""
    stamp = _stamp(venv)
    return stamp.exists() and stamp.read_text() == _made_of(lock)


def make(venv: Path, lock: str) -> None:
    """Makes it anew. OSError or CalledProcessError when uv or a package cannot be had."""
    uv, python = str(Path(sys.executable).parent / "uv"), str(venv / "bin" / "python")
    packages = str(LOCKS / f"{lock}.txt")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
    subprocess.run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, packages], check=True)
    _stamp(venv).write_text(_made_of(lock))


def _stamp(venv: Path) -> Path:
    return venv / "lock.sha256"


def _made_of(lock: str) -> str:
    return sha256((LOCKS / f"{lock}.txt").read_bytes()).hexdigest()
