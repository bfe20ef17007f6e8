"""The public cards of the demo's consortium: what it really did, and the roles that it plays, called roles.

Its digests, sizes, counts and measures come from the run itself. Hospitals, publisher and regulator are roles on one
machine, and no authority gave a permit: the cards say so wherever they state something of a role.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785

from ledger_node.domain.codes import SizeClass
from scripts.demo.federated import federated, hospital
from scripts.demo.federated.halves import LABEL

PLAYED = "a role in a demonstration, played on one machine"
KEPT = "As long as the folder of the demonstration: whoever runs it removes it"
COUNTRIES = {"hospital-a": "DE", "hospital-b": "FI", "publisher": "DE"}
SOURCES = Path(__file__).parent
ROUNDS = 5


def organisation(slug: str) -> dict[str, Any]:
    return {
        "format": "medledger-organisation-card/1",
        "country": COUNTRIES[slug],
        "contact": {"office": f"Office of {PLAYED}"},
        "node": {"country": COUNTRIES[slug], "hosting": f"The machine that runs the demonstration; {PLAYED}"},
        "transfers": [],
    }


def about(slug: str, table: Path) -> dict[str, Any]:
    """What the steward states of half of the Wisconsin table; the strata are counted in it."""
    with table.open(encoding="utf-8", newline="") as file:
        labels = Counter(row[LABEL] for row in csv.DictReader(file))
    today = datetime.now(UTC).date()
    return {
        "origin": {
            "source": "The Wisconsin breast cancer table (diagnostic) that scikit-learn carries: half of its rows. "
            "Features computed from digitised images of fine needle aspirates of breast masses",
            "period": {"to": 1995},
            "purpose": "Diagnosis of breast masses from fine needle aspirates",
            "selection": "Every second row of the table, in its order",
            "labelling": f"The table's own column `{LABEL}`; the table does not tell who read what",
        },
        "composition": {
            "strata": [
                {"by": LABEL, "group": label, "sizeClass": SizeClass.of(count).name}
                for label, count in sorted(labels.items())
            ],
            "gaps": [
                "The table tells neither age nor sex nor origin of a patient",
                "Nothing after 1995; the table does not tell from how many clinics it is",
            ],
            "biasAnalysis": "None was made: the table has no column to make one by",
        },
        "legal": {
            "basis": f"Public research data; the grant on the ground of public interest is {PLAYED}",
            "permits": [
                {
                    "kind": "ETHICS_VOTE",
                    "issuer": f"Ethics board: {PLAYED}",
                    "from": today.isoformat(),
                    "until": (today + timedelta(days=365)).isoformat(),
                }
            ],
            "retention": {"rule": KEPT},
        },
        "custodian": organisation(slug),
    }


def source_digest() -> str:
    """sha-256 (0x-hex) over a line `<sha-256 of the file> <its path>` for each Python file of the demo."""
    files = sorted(SOURCES.rglob("*.py"), key=lambda file: file.relative_to(SOURCES).as_posix())
    lines = "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.relative_to(SOURCES).as_posix()}\n" for file in files
    )
    return "0x" + hashlib.sha256(lines.encode()).hexdigest()


def configuration() -> dict[str, Any]:
    """What the training is set to, by the names of the code that reads it."""
    return {
        "rounds": ROUNDS,
        "epochs": federated.EPOCHS,
        "learningRate": hospital.LEARNING_RATE,
        "ridge": hospital.RIDGE,
        "heldOutEvery": hospital.HELD_OUT,
    }


def run_card(region: str) -> dict[str, Any]:
    values = configuration()
    return {
        "format": "medledger-run-card/1",
        "method": "Federated averaging of logistic regressions (McMahan and others, 2017), weighted by size class",
        "rounds": ROUNDS,
        "code": {
            "digest": source_digest(),
            "digestOf": "a line `<sha-256> <path>` for each Python file of scripts/demo, sorted by path",
        },
        "configuration": {"digest": "0x" + hashlib.sha256(rfc8785.dumps(values)).hexdigest(), "values": values},
        "place": {"country": region, "description": f"Processes of one machine; the country is {PLAYED}"},
        "splits": {
            "unit": "RECORD",
            "independence": f"One row of {hospital.HELD_OUT} of each hospital's table is held out of its training. "
            "The table names no patients, so two rows may be of one",
            "checked": "By construction: its number puts a row into one split",
        },
        "participants": {
            "conditions": "An active consent for the project that permits FEDERATED_ROUND, and the same columns"
        },
        "publisher": organisation("publisher"),
    }


def model_card() -> dict[str, Any]:
    return {
        "format": "medledger-model-card/1",
        "title": "Breast mass classifier",
        "intendedUse": "Demonstration only; for no patient",
        "changePlan": {
            "permits": ["More rounds of the same training on the same dataset versions (FINE_TUNE)"],
            "bounds": "Accuracy on the held-out rows above 0.9",
        },
        "retention": {"rule": KEPT, "portability": "The model is one JSON document; its record is an evidence bundle"},
        "publisher": organisation("publisher"),
    }


def version_card(
    artifact: str, metrics: dict[str, dict[str, Any]], data: Sequence[tuple[str, int]], by: str
) -> dict[str, Any]:
    """`metrics` are `measuring.measured`'s, on the held-out rows of the dataset versions `data`."""
    split = f"held out: one row of {hospital.HELD_OUT}"
    measured_on = [{"dataset": dataset, "version": version, "split": split} for dataset, version in data]
    return {
        **model_card(),
        "baseModel": None,
        "artifactDigest": artifact,
        "change": {"kind": "FIRST", "summary": f"The first version: {ROUNDS} rounds from weights that are all zero"},
        "metrics": [{"name": name, "data": measured_on, "by": by, **one} for name, one in metrics.items()],
    }
