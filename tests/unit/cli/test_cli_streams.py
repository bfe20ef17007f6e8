"""Streams as people and machines see them."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Node, Run, listing, word

STREAM = word("1")


def anchor(size: int) -> dict[str, object]:
    return {"size": size, "root": word("a"), "anchoredAt": "2026-11-22T05:34:02Z", "block": 4}


def stream(newest: dict[str, object] | None, count: int) -> dict[str, object]:
    return {
        "id": STREAM,
        "custodian": {"number": 1, "name": "Universitätsklinikum " * 4},
        "deviceClass": "ULTRASOUND",
        "anchorCount": count,
        "newestAnchor": newest,
        "block": 3,
    }


def script(node: Node, *sizes: int) -> None:
    anchors = [anchor(size) for size in sizes]
    found = stream(anchors[-1] if anchors else None, len(anchors))
    node.answer("GET", "/v1/streams", 200, listing(found))
    node.answer("GET", f"/v1/streams/{STREAM}", 200, {"asOfBlock": 12, "indexLag": 0, **found})
    node.answer("GET", f"/v1/streams/{STREAM}/anchors", 200, listing(*anchors))


def test_a_stream_shows_its_newest_head_alone(node: Node, run: Run) -> None:
    script(node, 128, 1280)
    lines = run("stream", "show", STREAM).stdout.splitlines()
    assert f"stream     {STREAM}" in lines
    assert "anchors    2" in lines
    assert "size       1280" in lines
    assert f"root       {word('a')}" in lines
    assert [one.path for one in node.asked] == [f"/v1/streams/{STREAM}"]


def test_how_a_stream_grew_is_as_of_the_same_block(node: Node, run: Run) -> None:
    script(node, 128, 10**15)
    shown = run("stream", "show", STREAM, "--anchors", "--as-of", "12").stdout
    assert node.asked[-1].path == f"/v1/streams/{STREAM}/anchors?limit=200&asOf=12"
    assert node.asked[-2].path == f"/v1/streams/{STREAM}?asOf=12"
    table = [line for line in shown.splitlines() if "…" in line]
    assert [line.split()[:3] for line in table] == [
        ["1", "128", "2026-11-22T05:34:02Z"],
        ["2", str(10**15), "2026-11-22T05:34:02Z"],
    ]
    assert max(map(len, table)) <= 80


def test_machines_get_one_document(node: Node, run: Run) -> None:
    script(node, 128)
    one = {"asOfBlock": 12, "indexLag": 0, **stream(anchor(128), 1)}
    assert json.loads(run("stream", "show", STREAM, "--json").stdout) == one
    assert json.loads(run("stream", "show", STREAM, "--anchors", "--json").stdout) == {**one, "anchors": [anchor(128)]}


def test_a_stream_without_heads(node: Node, run: Run) -> None:
    script(node)
    shown = run("stream", "show", STREAM).stdout
    assert "anchors    0" in shown
    assert "root" not in shown
    assert run("stream", "list").exit_code == 0


def test_the_list_names_the_newest_head(node: Node, run: Run) -> None:
    script(node, 128, 1280)
    shown = run("stream", "list").stdout
    assert "1280" in shown
    assert f"stream 1  {STREAM}" in shown
