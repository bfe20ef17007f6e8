"""A process of its own that takes a folder through de-identification and preparing, and tells what came of each file.

`python -m tests.unit.edge.fuzz.running FOLDER OUT` writes OUT/copies, OUT/version and OUT/outcomes.json.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.worker import Limits, Worker
from tests.unit.edge.memory import peak

SALT = bytes(range(32))
LIMITS = Limits(memory=384 << 20, seconds=20.0)


def main(source: Path, out: Path) -> None:
    children = _counted()
    start = time.monotonic()
    made = deidentify(source, out / "copies", SALT, limits=LIMITS)
    between = time.monotonic()
    version = prepare_dicom(source, out / "version", "broken", "Broken files", limits=LIMITS)
    told = {
        "cleaned": {name: list(reasons) for name, reasons in made.quarantined.items()},
        "written": made.written,
        "prepared": {name: list(reasons) for name, reasons in version.quarantined.items()},
        "records": json.loads((version.folder / "report.json").read_bytes())["records"],
        "seconds": [between - start, time.monotonic() - between],
        "children": len(children),
        "peak": peak(),
    }
    (out / "outcomes.json").write_text(json.dumps(told))


def _counted() -> list[None]:
    """Counts the children that are started from now on."""
    started: list[None] = []
    start = Worker._start

    def counting(worker: Worker) -> object:
        started.append(None)
        return start(worker)

    Worker._start = counting  # type: ignore[method-assign, assignment]
    return started


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
