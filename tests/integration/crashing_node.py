"""A node that kills itself with SIGKILL at a named stage of the first write: `crashing_node.py CONFIG STAGE`."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

from ledger_node.bootstrap import Runtime
from ledger_node.cli.serving import serve


def kill_at(wanted: str, name: str) -> None:
    if name == wanted:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), runtime=partial(Runtime, stage=partial(kill_at, sys.argv[2])))
