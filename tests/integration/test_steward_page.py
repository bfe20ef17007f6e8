"""The steward's page: its commands are run, in its order, by a hospital with a real node on a real chain."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger_node.localnet.network import Network
from scripts.demo.commands import medledger
from scripts.demo.imaging import FILES, copy_files
from tests.command_lines import in_blocks, words_of
from tests.unit.edge.fhir.resources import changed, ndjson
from tests.unit.edge.fhir.test_fhir_prepare import export, named
from tests.unit.edge.patients.consents import consent_r4

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).parents[2] / "docs" / "steward.md").read_text()
ORDER = (
    "dataset deidentify",
    "dataset prepare",
    "dataset register",
    "consent issue",
    "consent show",
    "consent suspend",
    "consent reinstate",
    "consent revoke",
    "dataset deidentify",
    "dataset prepare",
    "dataset register",
    "dataset refresh",
    "dataset register",
    "withdrawal list",
    "dataset erase",
    "dataset erase",
    "dataset prove",
    "dataset erasure",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the steward has before the page begins: scans, an export, consents and lists of who objects."""
    copy_files(tmp_path / "scans")
    folder = export(tmp_path / "export", 40)
    ndjson(folder / "named.ndjson", *(changed(named(n), "subject", {"reference": "Patient/p-039"}) for n in (90, 91)))
    (tmp_path / "consents").mkdir()
    ndjson(tmp_path / "consents" / "Consent.ndjson", *(consent_r4(f"p-{n:03}") for n in range(40)))
    (tmp_path / "opt-outs.csv").write_text("patient\np-001\n")
    (tmp_path / "opt-outs-today.csv").write_text("patient\n" + "".join(f"p-{n:03}\n" for n in range(1, 16)))
    (policy,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "policy.json").write_text(policy)
    (salt,) = re.findall(r"^python3 .*$", PAGE, re.MULTILINE)
    subprocess.run(["sh", "-c", salt], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_of_the_page_do_what_it_says(
    consortium: Network, desk: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    (hospital,) = (member for member in consortium.members if member.plan.slug == "hospital-a")
    environment = {"MEDLEDGER_NODE": hospital.url, "MEDLEDGER_KEY": hospital.api_keys["steward"]}
    said: dict[str, str] = {}  # the newest id of each kind
    answers = []
    began = time.monotonic()
    for line in in_blocks(PAGE):
        words = words_of(line)
        if "0x…" in words:
            kind = "consent" if words[0] == "consent" and "--dataset" not in words else "dataset"
            words[words.index("0x…")] = said[kind]
        if words[-1].endswith("erasures/…"):
            (receipt,) = (desk / words[-1]).parent.iterdir()
            words[-1] = str(receipt)
        answer = medledger(*words, environment=environment)
        answers.append((" ".join(words[:2]), answer))
        said |= {"dataset": answer["dataset"]} if words[1] == "register" else {}
        said |= {"consent": answer["outcome"]["consent"]} if words[1] == "issue" else {}
    record_testsuite_property("seconds that the steward's page takes", round(time.monotonic() - began, 1))

    assert tuple(name for name, _ in answers) == ORDER
    found = dict(answers)  # the last of each name
    assert answers[0][1]["written"] == 2
    assert len(json.loads((desk / "not-cleaned.json").read_text())) == len(FILES) - 2
    assert found["consent show"]["state"] == "ACTIVE"
    assert found["dataset register"]["version"] == 2
    assert found["withdrawal list"]["items"]
    assert "OPTED_OUT" in (desk / "stays-out.json").read_text()
    public = {"card.json", "attestation.json"}
    for version in ("images-1", "v1", "v2"):
        there = {path.name for path in (desk / version).iterdir()}
        assert {name for name in there - public if f"`{name}" not in PAGE} == set()
