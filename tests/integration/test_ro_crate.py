"""Exported crates under the public validator of RO-Crates, with no network."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry_api.exports.ro_crate import SPEC, ro_crate
from tests.engines import engine
from tests.unit.questions.conftest import LEDGER, of_imported

pytestmark = pytest.mark.engines
Validate = Callable[[bytes], dict[str, Any]]
#: The validator asks the web for the crate's JSON-LD context: it finds the copy that rocrate carries in its cache.
KEEP = """
import sys
from pathlib import Path
import rocrate
from requests_cache import CachedRequest, CachedResponse, CachedSession
url, cache = sys.argv[1:]
content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
asked, said = CachedRequest(method="GET", url=url), {"Content-Type": "application/ld+json"}
answer = CachedResponse(request=asked, status_code=200, url=url, headers=said, content=content)
CachedSession(cache, backend="sqlite").cache.save_response(answer)
"""


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Validate:
    program, folder = engine("rocrate-validator"), tmp_path_factory.mktemp("crates")
    cache, report = folder / "cache", folder / "report.json"
    subprocess.run([program.parent / "python", "-c", KEEP, f"{SPEC}/context", cache], check=True)

    def validated(content: bytes) -> dict[str, Any]:
        crate = folder / "medledger-ro-crate-metadata.json"
        crate.write_bytes(content)
        how = ("--offline", "--cache-path", cache, "--packaging-mode", "detached", "--skip-availability-check")
        told = ("--no-paging", "--output-format", "json", "--output-file", report)
        command = [program, "validate", *how, "--profile-identifier", "ro-crate-1.3", *told, crate]
        subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
        found: dict[str, Any] = json.loads(report.read_text())
        report.unlink()
        return found

    return validated


def test_a_crate_is_valid(validate: Validate) -> None:
    """Of an import: there is all that may be in one behind it."""
    found = validate(ro_crate(replace(of_imported(), ledger=LEDGER)))
    assert found["issues"] == []
    assert found["passed"] is True


def test_the_validator_refuses_a_root_without_a_name(validate: Validate) -> None:
    crate = json.loads(ro_crate(replace(of_imported(), ledger=LEDGER)))
    (root,) = [one for one in crate["@graph"] if "mainEntity" in one]
    del root["name"]
    found = validate(json.dumps(crate).encode())
    assert found["passed"] is False
    assert {one["severity"] for one in found["issues"]} == {"REQUIRED"}
