"""docs/contracts.md: nothing is left out, every link arrives, and what it says of callers is in the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.refusals import REFUSALS
from scripts.contracts import DEPLOYED
from scripts.reference.markdown import anchor, prose
from scripts.reference.natspec import Sources, sources

PAGE = Path(__file__).parents[2] / "docs" / "contracts.md"


@pytest.fixture(scope="module")
def text() -> str:
    return PAGE.read_text()


@pytest.fixture(scope="module")
def found() -> Sources:
    return sources()


def part(text: str, contract: str) -> str:
    """The contract's own chapter."""
    return text.split(f"\n## {contract}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("role", CONTRACT_TYPES)
def test_whole_abi_and_storage_are_on_the_page(text: str, role: str) -> None:
    chapter = part(text, CONTRACT_TYPES[role])
    artifact = artifact_of(role)
    names = {entry["name"] for entry in artifact.abi if entry["type"] in ("function", "event", "error")}
    assert {name for name in names if not re.search(rf"\b{name}\(", chapter)} == set()
    assert {
        v for v, slot in artifact.storage.items() if f"| {slot} | " not in chapter or f"`{v}`" not in chapter
    } == set()


def test_every_refusal_has_its_meaning(text: str) -> None:
    assert {
        name for name, meaning in REFUSALS.items() if prose(meaning) not in text or f"`{name}(" not in text
    } == set()


def test_links_arrive(text: str) -> None:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {anchor(heading) for heading in headings}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert {link for link in links if link.startswith("#") and link[1:] not in anchors} == set()
    files = {link for link in links if not link.startswith(("#", "http"))}
    assert files
    assert {link for link in files if not (PAGE.parent / link).exists()} == set()


def test_tables_are_whole(text: str) -> None:
    """A bar within a cell would move the rest of its row."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    width = 0
    for before, row in zip(["", *rows], rows, strict=False):
        cells = len(re.findall(r"(?<!\\)\|", row))
        if set(row) == {"|", "-"}:
            width = cells
        elif set(before) == {"|", "-"}:
            assert cells == width, row


@pytest.mark.slow
@pytest.mark.parametrize("contract", DEPLOYED)
def test_every_declared_error_is_met_by_some_function(found: Sources, contract: str) -> None:
    """Otherwise the error is dead, or the calls are not followed to their end."""
    met = {name for entry in found.entries(contract, "function") for name in found.refusals(contract, entry)}
    declared = {entry["name"] for one in found.interfaces(contract) for entry in found.entries(one, "error")}
    assert declared - met == set()


@pytest.mark.slow
@pytest.mark.parametrize("contract", DEPLOYED)
def test_every_write_says_who_may_call(text: str, found: Sources, contract: str) -> None:
    chapter = part(text, contract)
    functions = [entry for one in found.interfaces(contract) for entry in found.entries(one, "function")]
    writes = [entry for entry in functions if entry["stateMutability"] not in ("view", "pure")]
    assert chapter.count("- who may call: ") == len(writes)
    assert "whom the text names" not in chapter
    assert "anybody" not in chapter


@pytest.mark.slow
def test_calls_are_followed_into_other_contracts(found: Sources) -> None:
    opening = next(e for e in found.entries("TrainingLog", "function") if e["name"] == "openRun")
    assert {"ConsentTokenRefused", "ConsortiumLacksCapability"} <= set(found.refusals("TrainingLog", opening))
    assert ("requireOperator", ("PUBLISHER",)) in found.guards("TrainingLog", opening)
