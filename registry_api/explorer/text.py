"""How wide a text will be, near enough to keep it in its box without a font at hand."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

# Ems of common sans-serif faces, on the wide side, so that what fits here fits in a reader's font.
_NARROW = dict.fromkeys("ijl.,:;'|!`", 0.30) | dict.fromkeys("frtI()[]{}/\\- ", 0.38)
_WIDE = dict.fromkeys("mwMW@%", 0.95)
_EMS = _NARROW | _WIDE


def width(text: str, size: float) -> float:
    """Pixels of a text at a font size, estimated."""
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if character in _EMS:
        return _EMS[character]
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    return 0.70 if character.isupper() else 0.57


def fit(text: str, room: float, sizes: Sequence[float]) -> tuple[str, float]:
    """The text at the largest size at which it fits, or cut with an ellipsis at the smallest."""
    for size in sizes:
        if width(text, size) <= room:
            return text, size
    smallest = sizes[-1]
    kept = text
    while kept and width(kept + "…", smallest) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…", smallest


def short(id_: str) -> str:
    """Both ends of an id: `0x5c1d7e…7e7e`."""
    return f"{id_[:8]}…{id_[-4:]}"


def epsilon(millionths: int) -> str:
    """Millionths of epsilon as people write it: `0.5` for 500,000."""
    return f"{millionths / 1_000_000:.6f}".rstrip("0").rstrip(".")


def apart(name: str) -> str:
    """A name of the API as words: `roundsUsed` is `rounds used`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower() if name.isidentifier() else name


def pretty(document: Mapping[str, Any]) -> str:
    """JSON to be read."""
    return json.dumps(document, ensure_ascii=False, indent=2)
