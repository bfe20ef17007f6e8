"""The pack for Annex IV: every field marked, the weakest part deciding; the same in JSON and in Markdown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from registry_api.exports.annex_iv import MARKS, annex_iv, annex_iv_markdown
from registry_api.questions.duties import ANNEX_IV
from registry_api.questions.duties import annex_iv as question_15
from registry_api.questions.material import Material
from registry_api.questions.stating import Fact
from tests.unit.api.fakes import digest
from tests.unit.questions.conftest import with_documents


def fields(m: Material, point: str) -> dict[str, dict[str, Any]]:
    pack = json.loads(annex_iv(m))
    (found,) = [one for one in pack["points"] if one["point"] == point]
    return {one["field"]: one for one in found["fields"]}


def test_every_field_is_marked(material: Material) -> None:
    found = [*fields(material, "2(d)").values(), *fields(material, "2(g)").values()]
    assert len(found) == sum(len(one.points) for one in ANNEX_IV)
    assert all(one["parts"] for one in found)
    assert {one["mark"] for one in found} <= {"proved", "attested", "asserted", "missing"}


def test_it_says_what_the_question_says(material: Material) -> None:
    answer = list(question_15(material))
    told = {("missing" if not isinstance(one, Fact) else MARKS[one.level]) for one in answer}
    parts = [part for point in ("2(d)", "2(g)") for one in fields(material, point).values() for part in one["parts"]]
    shared = sum(one.points == ("2(d)", "2(g)") for one in ANNEX_IV)
    assert shared == 1
    assert {one["mark"] for one in parts} == told
    assert {one["what"] for one in parts} == {one.statement if isinstance(one, Fact) else one.what for one in answer}


def test_each_kind_of_mark_is_given(trained: Material) -> None:
    assert fields(trained, "2(d)")["data used, each under a consent"]["mark"] == "proved"
    assert fields(trained, "2(g)")["result, signed and dated"]["mark"] == "attested"
    assert fields(trained, "2(d)")["labelling"]["mark"] == "asserted"
    assert fields(trained, "2(g)")["robustness"]["mark"] == "missing"


def test_the_weakest_part_marks_the_field(trained: Material) -> None:
    first, second = trained.lineage.dataset_versions
    apart = replace(trained.lineage, dataset_versions=(first, replace(second, card_digest=digest("another card"))))
    gaps = iter((False, True))

    def one_gap(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        if kind == "dataset-card" and next(gaps):
            del content["origin"]["labelling"]
        return content

    found = fields(with_documents(replace(trained, lineage=apart), one_gap), "2(d)")
    assert [one["mark"] for one in found["labelling"]["parts"]] == ["asserted", "missing"]
    assert (found["labelling"]["mark"], found["scope"]["mark"]) == ("missing", "asserted")


def test_an_import_has_nothing_to_prove(imported: Material) -> None:
    assert fields(imported, "2(g)")["result, signed and dated"]["mark"] == "missing"


def test_the_markdown_has_a_heading_for_each_field(material: Material) -> None:
    text = annex_iv_markdown(material).decode()
    for point in ("2(d)", "2(g)"):
        for name, one in fields(material, point).items():
            assert f"### {name.capitalize()}: {one['mark']}" in text


def test_what_a_card_says_is_no_markdown(trained: Material) -> None:
    def hostile(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        if kind == "run-card":
            content["method"] = "x\n\n# Proved\n<script>[a](b)"
        return content

    text = annex_iv_markdown(with_documents(trained, hostile)).decode()
    assert "\n# Proved" not in text
    assert "x \\# Proved \\<script\\>\\[a\\]\\(b\\)" in text


def test_a_number_that_readers_round_becomes_text(trained: Material) -> None:
    def exact(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        if kind == "model-card":
            content["metrics"][0] |= {"name": "parameters", "value": 2**60 + 1}
        return content

    (metrics,) = fields(with_documents(trained, exact), "2(g)")["metrics for accuracy"]["parts"]
    assert metrics["value"][0]["value"] == str(2**60 + 1)
