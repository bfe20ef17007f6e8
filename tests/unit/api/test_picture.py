"""The picture of a lineage: well-formed, nothing outside its box, nothing on top of another, states in words."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from ledger_node.domain.codes import ConsentState
from ledger_node.domain.lineage import Lineage
from registry_api.explorer import layout
from registry_api.explorer.languages import NAMES, Texts
from registry_api.explorer.picture import STYLE, draw, summary
from registry_api.explorer.text import fit, short, width

from .fakes import NOW, make_world
from .story import HEAD, HOSPITALS, tell, world, world_of_all

SHAPES = [(0, 1), (1, 1), (2, 1), (2, 2), (5, 3), (18, 1), (18, 4)]
ENGLISH = Texts("en")
SVG = "{http://www.w3.org/2000/svg}"


def lineage_of(hospitals: int, versions: int) -> Lineage:
    """With no hospital: the world in which a dataset is derived and a version imported."""
    of = world(hospitals, versions=versions) if hospitals else world_of_all()
    return of.node.lineages.lineage(of.index.facts.model_versions[-1].id)


@pytest.mark.parametrize(("hospitals", "versions"), SHAPES)
def test_boxes_stand_inside_and_apart(hospitals: int, versions: int) -> None:
    at = layout.plan(lineage_of(hospitals, versions))
    boxes = [box for group in (at.dataset_versions, at.consents, at.runs, at.versions) for box in group.values()]
    for box in boxes:
        assert box.x >= layout.MARGIN
        assert box.right <= at.width - layout.MARGIN
        assert box.y + 0.01 >= layout.HEADER
        assert box.y + box.height <= at.height - layout.FOOTER + 0.01
    for one, other in combinations(boxes, 2):
        apart = one.right <= other.x or other.right <= one.x
        assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y


@pytest.mark.parametrize(("hospitals", "versions"), SHAPES)
def test_parents_stand_to_the_left(hospitals: int, versions: int) -> None:
    lineage = lineage_of(hospitals, versions)
    at = layout.plan(lineage)
    for version in lineage.model_versions:
        if version.run is not None:
            assert at.runs[version.run].right < at.versions[version.id].x
        for parent in version.parents:
            assert at.versions[parent].right < at.versions[version.id].x
    for run in lineage.runs:
        assert all(at.consents[used.consent].right < at.runs[run.id].x for used in run.inputs)


@pytest.mark.parametrize(("hospitals", "versions"), SHAPES)
def test_a_line_into_a_run_meets_no_box(hospitals: int, versions: int) -> None:
    at = layout.plan(lineage_of(hospitals, versions))
    others = [*at.runs.items(), *at.versions.items()]
    for name, run in at.runs.items():
        for other, box in others:
            if other != name and box.x < run.x:
                assert not box.y < run.middle < box.y + box.height


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize(("hospitals", "versions"), SHAPES)
def test_the_drawing_is_whole_and_self_contained(hospitals: int, versions: int, language: str) -> None:
    lineage, t = lineage_of(hospitals, versions), Texts(language)
    text = draw(lineage, t)
    root = ElementTree.fromstring(text)
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc") == summary(lineage, t)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}style") == STYLE
    assert not re.search(r"href|url\(|@import|<script|http(?!://www.w3.org/2000/svg)", text)
    classes = {name for element in root.iter() for name in (element.get("class") or "").split()}
    styled = set(re.findall(r"\.([a-z-]+)", STYLE))
    assert classes <= styled
    words = {state: t.code("ConsentState", state.name).upper() for state in ConsentState}
    shown = [element.text for element in root.iter(f"{SVG}text") if element.text in words.values()]
    used, now = lineage.consents_in_use(), lineage.as_of.timestamp
    assert sorted(shown) == sorted(words[one.state_at(now)] for one in lineage.consents if one.id in used)


def test_the_same_facts_make_the_same_picture() -> None:
    assert draw(lineage_of(5, 2), ENGLISH) == draw(lineage_of(5, 2), ENGLISH)


def test_the_words_say_what_the_picture_shows() -> None:
    said = summary(lineage_of(5, 2), ENGLISH)
    assert "5 dataset versions of 5 hospitals" in said
    assert "3 active, 1 suspended, 1 revoked" in said
    assert "1 earlier version" in said


def test_a_consent_whose_term_has_ended_is_not_active() -> None:
    facts = tell(5)
    for one in facts.consents:
        object.__setattr__(one.terms, "expires_at", NOW)
    of = make_world(facts, organisation=1, head=HEAD)
    lineage = of.node.lineages.lineage(facts.model_versions[-1].id)
    assert "1 suspended, 1 revoked, 3 ended" in summary(lineage, ENGLISH)
    assert "active" not in "".join(ElementTree.fromstring(draw(lineage, ENGLISH)).itertext()).replace(STYLE, "").lower()


@pytest.mark.parametrize("name", [*HOSPITALS, "病院" * 20, "W" * 80, "i" * 300, "é" * 90, ""])
def test_text_is_made_to_fit(name: str) -> None:
    shown, size = fit(name, 250, (14, 12, 11))
    assert width(shown, size) <= 250
    assert shown == name or shown.endswith("…")


def test_dark_and_light_colours_have_enough_contrast() -> None:
    from registry_api.explorer import ink

    pairs = [
        ("ink", "card"),
        ("soft", "card"),
        ("ink", "box-dataset"),
        ("soft", "box-dataset"),
        ("soft", "box-consent"),
    ]
    pairs += [("ink", "box-run"), ("soft", "box-run"), ("ink", "box-version"), ("soft", "box-version")]
    pairs += [("on-subject", "box-subject"), ("soft-on-subject", "box-subject")]
    pairs += [(f"word-{state}", f"pill-{state}") for state in ("active", "suspended", "revoked", "ended")]
    for palette in (ink.LIGHT, ink.DARK):
        for front, back in pairs:
            assert contrast(colour(palette[f".{front}"]), colour(palette[f".{back}"])) >= 4.5, (front, back)
        for line in ("edge", "parent", "edge-active", "edge-suspended", "edge-revoked", "edge-ended"):
            floor = 2.4 if line == "edge" else 2.7  # lines repeat what boxes and pills say in words
            assert contrast(colour(palette[f".{line}"]), colour(palette[".card"])) >= floor, line


def colour(rule: str) -> tuple[float, float, float]:
    digits = rule.split("#")[1][:6]
    red, green, blue = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    return red, green, blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(of: tuple[float, float, float]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_are_those_of_people() -> None:
    assert short("0x" + "ab" * 32) == "0xababab…abab"
    assert ENGLISH.moment(0) == "1 January 1970, 00:00 UTC"
    assert Texts("fr").moment(31 * 24 * 3600) == "1er février 1970 à 00:00 UTC"
