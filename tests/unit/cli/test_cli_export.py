"""`medledger version export` and `dataset export`: what the node made, byte for byte, in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger_node.domain.export import ExportFormat
from tests.unit.cli.conftest import Node, Run, word

VERSION = word("1")


@pytest.mark.parametrize("form", ExportFormat)
def test_an_export_is_written_as_it_came(node: Node, run: Run, tmp_path: Path, form: ExportFormat) -> None:
    out = tmp_path / "out"
    node.answer("GET", f"/v1/versions/{VERSION}/exports/{form.value}", 200, b'{ "as": "it came" }')
    done = run("version", "export", VERSION, "--format", form.value, "--out", str(out), "--as-of", "7", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["bytes"] == 19
    assert out.read_bytes() == b'{ "as": "it came" }'
    assert [one.path.partition("?")[2] for one in node.asked] == ["asOf=7"]


def test_a_card_is_written_as_it_came(node: Node, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    node.answer("GET", f"/v1/datasets/{word('2')}/versions/3/exports/croissant", 200, b'{ "as": "it came" }')
    done = run("dataset", "export", word("2"), "--number", "3", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == b'{ "as": "it came" }'


def test_there_is_no_other_format(node: Node, run: Run, tmp_path: Path) -> None:
    done = run("version", "export", VERSION, "--format", "docx", "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert not node.asked
