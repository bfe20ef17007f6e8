"""The process in which hostile files are opened: `python -m ledger_node.edge.child MEMORY_BYTES SECONDS PACKAGE…`.

It reads one JSON request a line, does one task, and answers with one line. It has a memory limit, no core dumps, an
alarm that ends it should its parent be gone, and nothing to say on standard output or standard error: parsers' warnings
quote values.
"""

from __future__ import annotations

import errno
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
    "unpack": ("ledger_node.edge.archives", "unpack"),
    "inspect": ("ledger_node.edge.inspection", "inspect"),
    "identify": ("ledger_node.edge.inspection", "identify"),
    "clean": ("ledger_node.edge.cleaning", "clean"),
    "fhir_records": ("ledger_node.edge.fhir.reading", "records"),
    "fhir_copies": ("ledger_node.edge.fhir.reading", "copies"),
    "table_begin": ("ledger_node.edge.tables.child", "begin"),
    "table_next": ("ledger_node.edge.tables.child", "proceed"),
    "table_end": ("ledger_node.edge.tables.child", "end"),
    "fhir_consents": ("ledger_node.edge.patients.reading", "consents"),
}

PR_SET_PDEATHSIG = 1  # prctl(2)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main() -> None:
    requests, answers = _streams()
    _end_with_parent()
    warnings.simplefilter("ignore")  # they would quote values, and nobody reads them here
    sys.modules["requests"] = None  # type: ignore[assignment] # no network here: pydicom would load it, for its samples
    for module in sys.argv[3:]:
        import_module(module)
        if module == "pydicom":
            import_module("pydicom.pixels")
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
        told: dict[str, Any] = {"failed": type(failure).__name__}
        return told | {"full": True} if _is_full(failure) else told


def _is_full(failure: BaseException | None) -> bool:
    """Whether there was no room to write: no file's fault. Parsers hide the system's errors in their own."""
    while failure is not None:
        if isinstance(failure, OSError) and failure.errno in FULL:
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _streams() -> tuple[Any, Any]:
    """Standard input, and a private copy of standard output; the real one and standard error go nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return sys.stdin, answers


def _end_with_parent() -> None:
    """A parent that is killed takes its child along, which would go on writing where the next run has begun."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
