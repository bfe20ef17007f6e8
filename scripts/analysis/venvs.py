"""The analysers' own virtual environments: slither and halmos each need older packages than the node does."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts import venvs
from scripts.analysis.form import ToolError
from scripts.analysis.places import BUILD


def ready(name: str) -> Path:
    """The environment of `scripts/locks/NAME.txt`, made on first use and again when the lock changes."""
    venv = BUILD / "venvs" / name
    if not venvs.is_current(venv, name):
        try:
            venvs.make(venv, name)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ToolError(f"the environment of {name} could not be made from its lock: {error}") from error
    return venv
