"""The process in which hostile files are opened: `python -m ledger_node.edge.child MEMORY_BYTES SECONDS`.

It reads one JSON request a line, does one task, and answers with one line. It has a memory limit, no core dumps, an
alarm that ends it should its parent be gone, and nothing to say on standard output or standard error: parsers' warnings
quote values.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

#: Tasks by name: module and function. A function takes the request's arguments and returns what JSON can hold.
TASKS = {
    "inspect": ("ledger_node.edge.inspection", "inspect"),
    "clean": ("ledger_node.edge.cleaning", "clean"),
}


def main() -> None:
    requests, answers = _streams()
    warnings.simplefilter("ignore")  # they would quote values, and nobody reads them here
    for module in ("pydicom", "pydicom.pixels", "numpy"):
        import_module(module)
    _limit(int(sys.argv[1]))
    for line in requests:
        signal.alarm(int(sys.argv[2]))
        request = json.loads(line)
        answer = _answer(request)
        signal.alarm(0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    module, function = TASKS[request.pop("task")]
    task: Callable[..., dict[str, Any]] = getattr(import_module(module), function)
    try:
        return task(**request)
    except MemoryError:
        os._exit(1)  # what is left of this process is not worth keeping
    except Exception as failure:  # whatever a parser raises, the file is what broke it
        return {"failed": type(failure).__name__}


def _streams() -> tuple[Any, Any]:
    """Standard input, and a private copy of standard output; the real one and standard error go nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return sys.stdin, answers


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
