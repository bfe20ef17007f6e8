"""Where the analyses work: a folder of their own for each tool, and copies of the tree for what changes the source."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scripts.analysis.form import ToolError

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "analysis"
# What forge and the tests read; the rest of the checkout is of no use to a copy.
COPIED = ("contracts", "tests/vectors", "foundry.toml", "scripts/solc")
TESTS = "tests/contracts"


class Late(ToolError):
    """A program did not end in its time."""


def environment(out: Path, profile: str = "default", venv: Path | None = None) -> dict[str, str]:
    """The environment for forge with its output below `out`, shared with no other forge: two in one cache spoil it."""
    programs = [ROOT / "node_modules" / ".bin", Path(sys.executable).parent]
    if venv is not None:
        programs.insert(0, venv / "bin")
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, programs), os.environ.get("PATH", os.defpath)]),
        "FOUNDRY_PROFILE": profile,
        "FOUNDRY_OUT": str(out / "out"),
        "FOUNDRY_CACHE_PATH": str(out / "cache"),
    }


def copy_tree(target: Path, tests: Iterable[str]) -> Path:
    """A fresh copy at `target` of what forge needs, with the named parts of the tests."""
    shutil.rmtree(target, ignore_errors=True)
    for name in [*COPIED, *(f"{TESTS}/{part}" for part in tests)]:
        source, place = ROOT / name, target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place)
        elif source.exists():
            shutil.copy2(source, place)
    (target / "node_modules").symlink_to(ROOT / "node_modules")
    return target


def run(
    command: Sequence[object], *, env: Mapping[str, str], seconds: float, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Runs a program and says nothing of its exit code; Late when it takes longer than `seconds`."""
    words = [str(part) for part in command]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        except BaseException as stopped:
            # Its children too: compilers and solvers would go on.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise Late(f"{Path(words[0]).name} took longer than {seconds:.0f} seconds") from stopped
            raise
    return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)


def last_lines(ended: subprocess.CompletedProcess[str], count: int = 15) -> str:
    """The end of what a program said, for a complaint."""
    return "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-count:])
