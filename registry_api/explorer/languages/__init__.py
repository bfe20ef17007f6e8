"""The languages of the pages: a catalogue of texts each, a file for each subject, and which one a reader gets."""

from __future__ import annotations

import json
from importlib.resources import files

from fastapi import Request

from registry_api.explorer.text import words

#: By its tag, each with its own name. The first is for readers who have asked for none of them.
NAMES = {"en": "English", "fr": "Français"}


def _catalogue(tag: str) -> dict[str, str]:
    """`consents.issue` is the text `issue` of consents.json."""
    found: dict[str, str] = {}
    for file in files(__name__).joinpath(tag).iterdir():
        texts = json.loads(file.read_text("utf-8"))
        found |= {f"{file.name.removesuffix('.json')}.{key}": text for key, text in texts.items()}
    return found


CATALOGUES = {tag: _catalogue(tag) for tag in NAMES}
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

    def code(self, list_: str, name: str) -> str:
        """A name of one of the code lists (`ledger_node.domain.codes`) in words: `t.code("Operation", "TRAIN")`."""
        return self._texts.get(f"codes.{list_}.{name}") or words(name)


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
