"""slither over `contracts/`: no high finding, and no medium one without a written reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from scripts.analysis import reasons, venvs
from scripts.analysis.form import Outcome, Row, ToolError
from scripts.analysis.places import BUILD, environment, last_lines, run

TOOL = "slither"
REASONS = Path(__file__).with_name("slither.toml")
FIELDS = ("check", "where")
LIMIT = 300  # seconds
ANALYSED = re.compile(r"analyzed \((\d+) contracts with (\d+) detectors\)")


def where(finding: dict[str, Any]) -> str:
    """The first element's full name, without lines: `TrainingLog.openRun(bytes32).run`. Lines move, names seldom do."""
    names: list[str] = []
    element: dict[str, Any] | None = finding["elements"][0] if finding["elements"] else None
    while element is not None:
        fields = element.get("type_specific_fields", {})
        if element["type"] != "node":
            names.append(fields.get("signature") or element["name"])
        element = fields.get("parent")
    return ".".join(reversed([name for name in names if not name.endswith(".sol")]))


def of_impact(report: dict[str, Any], impact: str) -> list[dict[str, Any]]:
    return [finding for finding in report["results"].get("detectors", []) if finding["impact"] == impact]


def analyse() -> Outcome:
    venv = venvs.ready("slither")
    folder = BUILD / TOOL
    folder.mkdir(parents=True, exist_ok=True)
    report_file = folder / "report.json"
    report_file.unlink(missing_ok=True)
    command = [venv / "bin" / "slither", ".", "--filter-paths", "node_modules|tests", "--json", report_file]
    ended = run(command, env=environment(folder, venv=venv), seconds=LIMIT)
    analysed = ANALYSED.search(ended.stderr + ended.stdout)
    if analysed is None or not report_file.exists():
        raise ToolError(f"slither did not finish:\n{last_lines(ended)}")
    report = json.loads(report_file.read_text())
    if not report["success"]:
        raise ToolError(f"slither failed: {report['error']}")
    return judge(report, contracts=int(analysed[1]), detectors=int(analysed[2]))


def judge(report: dict[str, Any], contracts: int, detectors: int) -> Outcome:
    """The outcome of slither's JSON `report`."""
    high, medium = of_impact(report, "High"), of_impact(report, "Medium")
    known = reasons.judge(
        [(finding["check"], where(finding)) for finding in medium], reasons.read(REASONS, "finding", FIELDS)
    )
    complaints = [f"high: {finding['description'].strip()}" for finding in high]
    complaints += [f"medium, without a reason in {REASONS.name}: {check} at {place}" for check, place in known.without]
    complaints += [f"{REASONS.name} explains {check} at {place}, which is not found" for check, place in known.stale]
    rows = [
        Row("contracts analysed", f"{contracts} with {detectors} detectors", "> 0", contracts > 0 and detectors > 0),
        Row("high findings", str(len(high)), "0", not high),
        Row("medium findings", f"{len(medium)}, {len(known.explained)} explained", "each explained", not known.without),
        Row("reasons that match nothing", str(len(known.stale)), "0", not known.stale),
    ]
    return Outcome(TOOL, rows, complaints, {"findings": report["results"].get("detectors", [])})
