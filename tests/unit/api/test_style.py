"""Colours that everybody can tell apart (WCAG 2.2, 1.4.3 and 1.4.11), in the light and in the dark, computed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

import pytest

CSS = re.sub(
    r"/\*.*?\*/", "", files("registry_api.explorer").joinpath("static", "explorer.css").read_text("utf-8"), flags=re.S
)
TEXT, SHAPE = 4.5, 3.0
#: What stands on the dark head of a page rather than on the page or a card.
HEAD = re.compile(r"\.(top|hero|brand|eyebrow|lead)\b")
COLOUR = re.compile(r"#[0-9a-f]{3,6}\b|var\(--[\w-]+\)")


@dataclass(frozen=True)
class Rule:
    """`medium` is the condition of the media query around it, or empty."""

    medium: str
    selector: str
    declared: dict[str, str]


def rules() -> list[Rule]:
    found = []
    for medium, inner, outer in re.findall(r"@media ([^{]+)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}|([^{}@]+\{[^{}]*\})", CSS):
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", inner or outer):
            pairs = (one.partition(":") for one in body.split(";") if one.strip())
            declared = {name.strip(): value.strip() for name, _, value in pairs}
            found.append(Rule(medium.strip(), selector.strip(), declared))
    return found


def variables(medium: str) -> dict[str, str]:
    """Those of `:root`, with what a medium changes."""
    found: dict[str, str] = {}
    for rule in rules():
        if rule.selector == ":root" and rule.medium in ("", medium):
            found |= {name: value for name, value in rule.declared.items() if name.startswith("--")}
    return found


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colours(value: str, known: dict[str, str]) -> list[str]:
    return [known[one[4:-1]] if one.startswith("var") else one for one in COLOUR.findall(value)]


def grounds(rule: Rule, known: dict[str, str]) -> list[str]:
    """What the rule's texts and shapes may stand on."""
    own = colours(rule.declared.get("background", ""), known)
    if own or rule.medium == "print":
        return own or [known["--page"]]
    if HEAD.search(rule.selector):
        (hero,) = (one for one in rules() if one.selector == ".hero" and not one.medium)
        return colours(hero.declared["background"], known)
    return [known["--page"], known["--card"]]


MEDIA = ("", "(prefers-color-scheme: dark)", "print")


def pairs(medium: str, *properties: str) -> list[tuple[str, str, str]]:
    """Each colour of these properties with each that it may stand on, and where."""
    known = variables(medium)
    return [
        (rule.selector, colour, ground)
        for rule in rules()
        if rule.medium in ("", medium) or rule.medium not in MEDIA
        for name in properties
        for colour in colours(rule.declared.get(name, ""), known)
        for ground in grounds(rule, known)
        if medium != "print" or rule.medium == "print" or not HEAD.search(rule.selector)
    ]


@pytest.mark.parametrize("medium", MEDIA)
def test_every_text_can_be_read(medium: str) -> None:
    found = pairs(medium, "color")
    assert len(found) > 30
    assert {where: contrast(one, other) for where, one, other in found if contrast(one, other) < TEXT} == {}


@pytest.mark.parametrize("medium", MEDIA)
def test_what_has_the_focus_and_where_one_types_can_be_seen(medium: str) -> None:
    known = variables(medium)
    focus = pairs(medium, "outline", "outline-color")
    edges = [one for one in pairs(medium, "border", "border-color") if re.search(r"input|button|select", one[0])]
    assert len(focus) > 3
    assert len(edges) > 3
    faint = {where for where, one, other in focus + edges if contrast(one, other) < SHAPE and one != other}
    assert faint == set()
    assert known["--focus"]


def test_contrast_is_computed_as_wcag_has_it() -> None:
    assert contrast("#000", "#ffffff") == 21
    assert round(contrast("#767676", "#fff"), 2) == 4.54


def test_no_rule_was_overlooked() -> None:
    assert CSS.count("{") == len(rules()) + len(re.findall("@media", CSS))
