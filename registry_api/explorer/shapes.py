"""The few shapes that the picture of a lineage is made of, as SVG. They know boxes and words, not the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from registry_api.explorer.layout import GAP, GUTTER, Box
from registry_api.explorer.text import fit

#: A line of text, the sizes it may take (largest first), its classes.
Line = tuple[str, Sequence[float], str]

#: By how a consent stands: a check, two bars, a cross, a square.
SIGNS = {
    "active": "M-4 0.5L-1.2 3.3L4 -3",
    "suspended": "M-2 -3.2V3.2M2 -3.2V3.2",
    "revoked": "M-3 -3L3 3M3 -3L-3 3",
    "ended": "M-2.5 -2.5H2.5V2.5H-2.5z",
}


def curve(source: Box, target: Box, style: str, stroke: float = 1.6, short_of: float = 0) -> str:
    """From a right side to a left side: a curve in the gap after the source, then straight."""
    x1, y1, x2, y2 = source.right, source.middle, target.x - short_of, target.middle
    bend = min(x2, x1 + GAP - 22) if short_of else x2
    half = (x1 + bend) / 2
    rest = f"H{x2:g}" if bend < x2 else ""
    return (
        f'<path class="{style}" stroke-width="{stroke:g}" '
        f'd="M{x1:g} {y1:g}C{half:g} {y1:g} {half:g} {y2:g} {bend:g} {y2:g}{rest}"/>'
    )


def detour(source: Box, target: Box) -> str:
    """From a parent along its own lane, and down in the gap before its child."""
    x1, y1, x2, y2 = source.right, source.middle, target.x - 7, target.middle
    bend = max(x1, x2 - GAP + 20)
    half = (bend + x2) / 2
    return (
        f'<path class="parent" stroke-width="2.5" d="M{x1:g} {y1:g}H{bend:g}'
        f'C{half:g} {y1:g} {half:g} {y2:g} {x2:g} {y2:g}"/>'
    )


def bow(source: Box, target: Box, style: str, stroke: float = 1.6) -> str:
    """From a left side to another left side in the same column, through the gutter."""
    x, y1, y2 = source.x, source.middle, target.middle
    out = x - GUTTER
    return (
        f'<path class="{style}" stroke-width="{stroke:g}" '
        f'd="M{x:g} {y1:g}C{out:g} {y1:g} {out:g} {y2:g} {x - 7:g} {y2:g}"/>'
    )


def line(x1: float, y: float, x2: float, style: str, stroke: float) -> str:
    return f'<path class="{style}" stroke-width="{stroke:g}" d="M{x1:g} {y:g}H{x2:g}"/>'


def tip(at: Box, style: str) -> str:
    return f'<path class="{style}" d="M{at.x - 9:g} {at.middle - 5:g}L{at.x - 1:g} {at.middle:g}l-8 5z"/>'


def rectangle(at: Box, style: str) -> str:
    return f'<rect class="{style}" x="{at.x:g}" y="{at.y:g}" width="{at.width:g}" height="{at.height:g}" rx="9"/>'


def labelled(at: Box, kind: str, about: str, lines: Sequence[Line]) -> str:
    """A box with a bar of its kind's colour and one to three lines of text, each made to fit."""
    bar = f'<rect class="bar-{kind}" x="{at.x + 8:g}" y="{at.y + 11:g}" width="4" height="{at.height - 22:g}" rx="2"/>'
    pitch = 20
    first = at.middle - pitch * (len(lines) - 1) / 2 + 4.5
    texts = []
    for number, (line_, sizes, style) in enumerate(lines):
        shown, size = fit(line_, at.width - 34, sizes)
        texts.append(text(at.x + 21, first + number * pitch, shown, size, style))
    return group(about, rectangle(at, f"box-{kind}"), "" if kind == "subject" else bar, *texts)


def pill(x: float, y: float, wide: float, word: str, label: str, *, size: float = 12, height: float = 24) -> str:
    middle = y + height / 2
    return (
        f'<rect class="pill-{word}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{height:g}" rx="{height / 2:g}"/>'
        f'<path class="sign word-{word}" transform="translate({x + 13:g} {middle:g})" d="{SIGNS[word]}"/>'
        + text(x + 23, middle + size * 0.36, label, size, f"word word-{word} strong")
    )


def group(about: str, *parts: str) -> str:
    return f"<g><title>{escape(about)}</title>{''.join(parts)}</g>"


def text(x: float, y: float, words: str, size: float, style: str) -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}" font-size="{size:g}">{escape(words)}</text>'
