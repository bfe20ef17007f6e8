"""How the rounds and the privacy loss of a consent were used up, as a picture: pure, facts in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from registry_api.explorer.ink import STYLE
from registry_api.explorer.languages import Texts
from registry_api.explorer.shapes import line, text
from registry_api.explorer.text import epsilon
from registry_api.schemas.base import rfc3339

WIDTH, LEFT, RIGHT = 760, 76, 28  # pixels
PANEL, BARE = 190, 46  # heights of a panel, and of one in which there is nothing to plot
TOP, PLOT = 62, 96  # of a panel, above what is plotted; its height


@dataclass(frozen=True, slots=True)
class Step:
    """What was used in all from Unix time `at` on: rounds, and millionths of epsilon."""

    at: int
    rounds: int
    epsilon: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Of a consent from its issue to `until` (Unix seconds). The first step is what it carried on from another."""

    max_rounds: int
    max_epsilon: int
    steps: Sequence[Step]
    until: int


def summary(budget: Budget, t: Texts) -> str:
    """The picture in words."""
    return f"{_rounds(budget, t)} {_epsilon(budget, t)}"


def height_of(budget: Budget) -> int:
    """Of the picture, in pixels."""
    return _tall(budget.max_rounds) + _tall(budget.max_epsilon) + 16


def _tall(most: int) -> int:
    return PANEL if most else BARE


def draw(budget: Budget, t: Texts) -> str:
    """A self-contained SVG document."""
    rounds = [(one.at, one.rounds) for one in budget.steps]
    losses = [(one.at, one.epsilon) for one in budget.steps]
    parts = [
        *_panel(0, _rounds(budget, t), rounds, budget.max_rounds, t.number(budget.max_rounds), budget.until),
        *_panel(
            _tall(budget.max_rounds),
            _epsilon(budget, t),
            losses,
            budget.max_epsilon,
            epsilon(budget.max_epsilon),
            budget.until,
        ),
    ]
    height = height_of(budget)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-labelledby="title desc"><title id="title">{escape(t("budget.title"))}</title>'
        f'<desc id="desc">{escape(summary(budget, t))}</desc><style>{STYLE}</style>'
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="14"/>'
        f"{''.join(parts)}</svg>\n"
    )


def _rounds(budget: Budget, t: Texts) -> str:
    if not budget.max_rounds:
        return t("budget.no_rounds")
    used = budget.steps[-1].rounds
    left = t.number(budget.max_rounds - used)
    return t("budget.rounds", used=t.number(used), most=t.number(budget.max_rounds), left=left)


def _epsilon(budget: Budget, t: Texts) -> str:
    if not budget.max_epsilon:
        return t("budget.no_epsilon")
    used = budget.steps[-1].epsilon
    left = epsilon(budget.max_epsilon - used)
    return t("budget.epsilon", used=epsilon(used), most=epsilon(budget.max_epsilon), left=left)


def _panel(y: float, title: str, points: list[tuple[int, int]], most: int, label: str, until: int) -> list[str]:
    """`most` is the line that the steps never pass; without it there is nothing to plot."""
    parts = [text(24, y + 36, title, 14, "ink strong")]
    if not most:
        return parts
    begin, floor, right = points[0][0], y + TOP + PLOT, WIDTH - RIGHT
    wide = max(until - begin, 1)

    def across(at: int) -> float:
        return LEFT + (min(at, until) - begin) / wide * (right - LEFT)

    def up(value: int) -> float:
        return floor - min(value / most, 1) * PLOT

    path = f"M{LEFT:g} {up(points[0][1]):.1f}" + "".join(
        f"H{across(at):.1f}V{up(value):.1f}" for at, value in points[1:]
    )
    return [
        *parts,
        f'<path class="box-version" d="{path}H{right:g}V{floor:g}H{LEFT:g}z" stroke="none"/>',
        line(LEFT, y + TOP, right, "edge edge-revoked", 1.6),
        line(LEFT, floor, right, "edge", 1.2),
        f'<path class="parent" stroke-width="2.5" d="{path}H{right:g}"/>',
        text(24, y + TOP + 4.5, label, 12, "soft"),
        text(24, floor + 4.5, "0", 12, "soft"),
        text(LEFT, floor + 20, rfc3339(begin)[:10], 12, "soft"),
        text(right - 68, floor + 20, rfc3339(until)[:10], 12, "soft"),
    ]
