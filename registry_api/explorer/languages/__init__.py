"""The languages of the pages: a catalogue of texts each, a file for each subject, and which one a reader gets."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from importlib.resources import files

from fastapi import Request

from registry_api.schemas.base import END_OF_TIME

#: By its tag, each with its own name. The first is for readers who have asked for none of them.
NAMES = {"en": "English", "fr": "Français"}


#: Between the thousands of a number.
THOUSANDS = {"en": ",", "fr": "\u202f"}
#: Numbers that take the singular.
ONE = {"en": (1,), "fr": (0, 1)}
#: A space that French has beside its marks, at which no line may break.
_BESIDE_MARKS = re.compile(r" (?=[:;!?»])|(?<=«) ")


def _catalogue(tag: str) -> dict[str, str]:
    """`consents.issue` is the text `issue` of consents.json."""
    found: dict[str, str] = {}
    for file in files(__name__).joinpath(tag).iterdir():
        texts = json.loads(file.read_text("utf-8"))
        subject = file.name.removesuffix(".json")
        found |= {f"{subject}.{key}": _BESIDE_MARKS.sub("\u00a0", text) for key, text in texts.items()}
    return found


def _codes(texts: dict[str, str]) -> dict[str, dict[str, str]]:
    """The words of each code by its list: `{"TRAIN": {"Operation": "train"}}`."""
    found = defaultdict[str, dict[str, str]](dict)
    for key, text in texts.items():
        subject, _, code = key.partition(".")
        if subject == "codes":
            list_, _, name = code.partition(".")
            found[name][list_] = text
    return dict(found)


CATALOGUES = {tag: _catalogue(tag) for tag in NAMES}
CODES = {tag: _codes(texts) for tag, texts in CATALOGUES.items()}
#: Of the query and of the cookie that remembers it.
CHOICE = "lang"


class Texts:
    """The texts of one language, by their keys."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._texts = CATALOGUES[tag]

    def __call__(self, key: str, /, **values: str) -> str:
        """What is put in is escaped by the page, like every text."""
        return self._texts[key].format(**values)

    def number(self, number: int) -> str:
        """`12,000`, and `12 000` in French."""
        return f"{number:,}".replace(",", THOUSANDS[self.tag])

    def count(self, key: str, number: int) -> str:
        """A number with its noun, from the texts `KEY_one` and `KEY_many`, which hold `{number}`."""
        form = "one" if number in ONE[self.tag] else "many"
        return self(f"{key}_{form}", number=self.number(number))

    def moment(self, seconds: int) -> str:
        """A Unix time in UTC: `18 November 2026, 11:06 UTC`."""
        at = time.gmtime(min(seconds, END_OF_TIME))
        month = self("dates.months").split()[at.tm_mon - 1]
        day = self("dates.first") if at.tm_mday == 1 else str(at.tm_mday)
        return self("dates.moment", day=day, month=month, year=str(at.tm_year), time=time.strftime("%H:%M", at))

    def code(self, list_: str, name: str) -> str:
        """A name of one of the code lists (`ledger_node.domain.codes`) in words: `t.code("Operation", "TRAIN")`."""
        return self._texts[f"codes.{list_}.{name}"]

    def found(self, name: str) -> str | None:
        """A name of whichever code list in words, for what does not say its list. None for another text, and where
        lists that have it differ, unless it is a state of consents: of them answers speak most."""
        lists = CODES[self.tag].get(name, {})
        return lists.get("ConsentState") or (next(iter(lists.values())) if len(set(lists.values())) == 1 else None)

    def names(self, list_: str) -> list[tuple[str, str]]:
        """All names of a code list with their words, to choose from."""
        begins = f"codes.{list_}."
        return [(key.removeprefix(begins), text) for key, text in self._texts.items() if key.startswith(begins)]


def chosen(request: Request) -> str | None:
    """The language that the query asks for, to be remembered."""
    tag = request.query_params.get(CHOICE, "")
    return tag if tag in NAMES else None


def language_of(request: Request) -> str:
    """As asked for by the query, else as remembered, else as the browser prefers."""
    remembered = request.cookies.get(CHOICE, "")
    known = remembered if remembered in NAMES else _preferred(request.headers.get("accept-language", ""))
    return chosen(request) or known


def _preferred(header: str) -> str:
    """Of an Accept-Language header (RFC 9110, 12.5.4): the known language of the highest weight."""
    best, most = next(iter(NAMES)), 0.0
    for part in header[:512].split(","):
        tag, _, weight = part.partition(";")
        known = tag.strip().lower().partition("-")[0]
        try:
            weighs = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if known in NAMES and weighs > most:
            best, most = known, weighs
    return best
