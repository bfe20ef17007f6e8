"""py-solc-x and forge give equal bytecode, and the wheel carries just that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.contracts import ARTIFACTS, DEPLOYED, compile_all

FORGE = Path(__file__).parents[2] / "build" / "forge" / "out"


@pytest.fixture(scope="module")
def compiled() -> dict[str, dict[str, Any]]:
    return compile_all()


@pytest.mark.parametrize("name", DEPLOYED)
def test_solcx_and_forge_give_equal_bytecode(compiled: dict[str, dict[str, Any]], name: str) -> None:
    forged = json.loads((FORGE / f"{name}.sol" / f"{name}.json").read_text())
    assert compiled[name]["bytecode"] == forged["bytecode"]["object"]
    assert compiled[name]["deployedBytecode"] == forged["deployedBytecode"]["object"]
    assert _sorted(compiled[name]["abi"]) == _sorted(forged["abi"])


@pytest.mark.parametrize("name", [*DEPLOYED, "source"])
def test_packaged_artifact_is_what_the_source_gives(compiled: dict[str, dict[str, Any]], name: str) -> None:
    packaged = json.loads((ARTIFACTS / f"{name}.json").read_text())
    assert packaged == json.loads(json.dumps(compiled[name]))


def _sorted(abi: list[dict[str, Any]]) -> list[str]:
    """The two tools order entries and keys differently."""
    return sorted(json.dumps(entry, sort_keys=True) for entry in abi)
