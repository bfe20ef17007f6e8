"""A process of its own that reads what is far too large, and tells what was said of it and how large it grew itself.

`python -m tests.unit.edge.giants FOLDER` writes to standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ledger_node.edge.dicom import read_folder
from ledger_node.edge.fhir.source import read_records
from ledger_node.edge.patients.optouts import read_opt_outs
from ledger_node.edge.tables.policy import Policy
from ledger_node.edge.tables.reading import read_table
from ledger_node.edge.worker import Limits
from ledger_node.errors import MedLedgerError
from tests.unit.edge.memory import peak

LIMITS = Limits(memory=512 << 20, seconds=30.0)
POLICY = Policy(categories=frozenset({"a"}))


def main(place: Path) -> None:
    tables = sorted((place / "tables").iterdir())
    said: dict[str, object] = {path.name: _said(partial(read_table, path, POLICY, limits=LIMITS)) for path in tables}
    said["list"] = _said(lambda: read_opt_outs(place / "list.csv"))
    fhir = {"release": "R4", "dates": "REMOVED"}
    said |= {one.name: [*one.reasons] or "TAKEN" for one in read_folder(place / "images", LIMITS)}
    exports = read_records(place / "exports", "fhir_records", fhir, LIMITS)
    said |= {one.name: [*one.reasons] or "TAKEN" for one in exports}
    sys.stdout.write(json.dumps({"said": said, "peak": peak()}))


def _said(act: Callable[[], object]) -> list[object]:
    try:
        act()
    except MedLedgerError as error:
        return [error.code, error.facts.get("reason")]
    return ["READ", None]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
