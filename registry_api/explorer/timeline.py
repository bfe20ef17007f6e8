"""The rounds of a run as a picture: pure, facts in, SVG out.

A row for each input, a column for each round, in the order of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from registry_api.explorer.ink import STYLE
from registry_api.explorer.languages import Texts
from registry_api.explorer.shapes import SIGNS, group, pill, text
from registry_api.explorer.text import fit, width
from registry_api.schemas.round import Round, RoundAnswer
from registry_api.schemas.run import RunFacts

MARGIN, LABELS, HEADER, FOOTER = 24, 340, 92, 56  # pixels: around, for the inputs' names, above and below the rows
COLUMN, ROW = 46, 34
#: What an answer is drawn as, by its sign; the texts `runs.KEY` say it.
MARKS = {"contributed": "active", "lapsed": "suspended", "refused": "revoked"}


def draw(run: RunFacts, inputs: Sequence[str], t: Texts) -> str:
    """A self-contained SVG document. `inputs` names them, in their order."""
    wide = max(2 * MARGIN + LABELS + COLUMN * len(run.rounds), 2 * MARGIN + 680)
    high = HEADER + ROW * len(inputs) + FOOTER
    title = t("runs.picture", rounds=t.count("runs.rounds", len(run.rounds)))
    parts = [
        text(MARGIN, 36, title, 17, "ink strong"),
        *(part for place, name in enumerate(inputs) for part in _row(place, name, wide)),
        *(part for place, one in enumerate(run.rounds) for part in _column(run, place, one, inputs, t)),
        *_legend(high - 38, t),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
        f'role="img" aria-labelledby="title"><title id="title">{escape(title)}</title><style>{STYLE}</style>'
        f'<rect class="card" x="0.5" y="0.5" width="{wide - 1}" height="{high - 1}" rx="14"/>{"".join(parts)}</svg>\n'
    )


def mark_of(answer: RoundAnswer) -> str:
    """One of MARKS. A contribution under a consent that held no more is told apart."""
    if answer.refusal:
        return "refused"
    return "contributed" if answer.consent_state == "OK" else "lapsed"


def _row(place: int, name: str, wide: int) -> list[str]:
    y = HEADER + ROW * place
    shown, size = fit(name, LABELS - 20, (13, 12, 11))
    return [
        f'<path class="edge" stroke-width="0.6" d="M{MARGIN} {y}H{wide - MARGIN}"/>',
        group(name, text(MARGIN, y + 22, shown, size, "ink")),
    ]


def _column(run: RunFacts, place: int, one: Round, inputs: Sequence[str], t: Texts) -> list[str]:
    x = MARGIN + LABELS + COLUMN * place + COLUMN / 2
    day = one.opened_at[:10]
    is_first = place == 0 or run.rounds[place - 1].opened_at[:10] != day
    parts = [text(x - 4 * len(str(one.number)), HEADER - 10, str(one.number), 12.5, "soft strong")]
    if is_first:
        parts.append(text(x - COLUMN / 2 + 4, HEADER - 28, day[5:], 11, "soft"))
    answers = {answer.input: answer for answer in one.answers}
    for row, name in enumerate(inputs):
        y, answer = HEADER + ROW * row + ROW / 2, answers.get(row)
        about = f"{name}, {t('runs.round_number', number=t.number(one.number))}: "
        if answer is None:
            parts.append(group(about + t("runs.silent"), f'<circle class="tip" cx="{x:g}" cy="{y:g}" r="2.5"/>'))
        else:
            parts.append(group(about + t("runs." + mark_of(answer)), _sign(x, y, MARKS[mark_of(answer)])))
    return parts


def _sign(x: float, y: float, word: str) -> str:
    return (
        f'<circle class="pill-{word}" cx="{x:g}" cy="{y:g}" r="11"/>'
        f'<path class="sign word-{word}" transform="translate({x:g} {y:g})" d="{SIGNS[word]}"/>'
    )


def _legend(y: float, t: Texts) -> list[str]:
    x, parts = float(MARGIN), []
    for key, word in MARKS.items():
        label = t("runs." + key)
        wide = width(label, 12) * 1.08 + 36  # they are bold
        parts.append(pill(x, y, wide, word, label))
        x += wide + 10
    parts.append(f'<circle class="tip" cx="{x + 6:g}" cy="{y + 12:g}" r="2.5"/>')
    parts.append(text(x + 15, y + 16, t("runs.silent"), 12, "soft"))
    return parts
