"""Canaries: values that stand nowhere but where they were planted, each place its own, and the search for them.

A search knows the forms in which programs write a value: as it is and in other cases, in UTF-16, in hex, in base64 at
any offset, backwards, with the bytes of each word exchanged; dates as people and machines write them; plain digests.
Spaces or zeros that a standard pads a value with do not hide it: what is searched for is the value inside.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from ledger_node.proof.hashing import keccak256, sha256

#: What all of a kind have in common. No word, not in hex, no month in which anything here happened.
WORD, DIGITS, MONTH = "Qzvkjxwq", "86420975318", (1937, 3)
#: As people and machines write dates, and what all those of one month have in common then.
DATES = {
    "%Y-%m-%d": "%Y-%m-",
    "%Y/%m/%d": "%Y/%m/",
    "%d.%m.%Y": ".%m.%Y",
    "%d/%m/%Y": "/%m/%Y",
    "%m/%d/%Y": "/%Y",
    "%Y%m%d": "%Y%m",
}
#: Eight digits may stand inside of any digest in hex: they count where they stand alone.
COMPACT = re.compile(rb"(?<![0-9A-Fa-f])193703(\d\d)(?:[0-2]\d[0-5]\d[0-5]\d)?(?![0-9A-Fa-f])")


@dataclass
class Canaries:
    """By the place where they were planted. Asked twice for one place, it is the same value."""

    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    dates: dict[str, date] = field(default_factory=dict)

    def word(self, place: str) -> str:
        """Eleven letters: short enough for any element of DICOM."""
        first, second = divmod(len(self.words), 26)
        return self.words.setdefault(place, f"{WORD}{ascii_lowercase[first]}{ascii_lowercase[second]}x")

    def number(self, place: str) -> str:
        """Fourteen digits: a record number, a telephone, a part of a UID."""
        return self.numbers.setdefault(place, f"{DIGITS}{len(self.numbers):02}4")

    def date(self, place: str) -> date:
        return self.dates.setdefault(place, date(*MONTH, 1 + len(self.dates)))

    @property
    def places(self) -> set[str]:
        return self.words.keys() | self.numbers.keys() | self.dates.keys()

    def found_in(self, content: bytes) -> set[str]:
        """The places whose canaries are in the bytes, in whatever form."""
        found: set[str] = set()
        for common, planted in self._spelled():
            if _is_in(forms_of(common), content):  # few are, and then it is asked which
                found |= {place for place, value in planted.items() if _is_in(forms_of(value), content)}
        if not found and _is_in([*forms_of(WORD), *forms_of(DIGITS)], content):
            found.add("a part of a canary")
        days = {int(day) for day in COMPACT.findall(content)}
        return found | {place for place, day in self.dates.items() if day.day in days}

    def _spelled(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield WORD, self.words
        yield DIGITS, self.numbers
        for form, common in DATES.items():
            yield f"{date(*MONTH, 1):{common}}", {place: f"{day:{form}}" for place, day in self.dates.items()}

    def digests_in(self, content: bytes) -> set[str]:
        """Those of which a plain digest is in the bytes: of what has little entropy it is as good as the value."""
        values = [*self.words.items(), *self.numbers.items(), *((p, d.isoformat()) for p, d in self.dates.items())]
        values += [(place, f"{day:%Y%m%d}") for place, day in self.dates.items()]
        made = ((place, digest(value.encode())) for place, value in values for digest in (sha256, keccak256))
        return {place for place, digest in made if digest in content or digest.hex().encode() in content}


def _is_in(forms: Iterable[bytes], content: bytes) -> bool:
    return any(form in content for form in forms)


@cache
def forms_of(value: str) -> frozenset[bytes]:
    """A value in all cases and encodings, as it may stand anywhere in other bytes. Of digits alone (a date without
    anything between) only what is longer than they are: they may stand in any hex."""
    short = len(value) if value.isdigit() and len(value) < len(DIGITS) else 0
    forms: set[bytes] = set()
    for spelled in {value, value.lower(), value.upper()}:
        plain = spelled.encode()
        wide = [spelled.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
        forms |= {plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode(), *wide, *map(_hex, wide)}
        forms |= {_swapped(plain[start : len(plain) - (len(plain) - start) % 2]) for start in (0, 1)}
        forms |= {form for text in (plain, wide[0]) for form in _base64(text)}
    return frozenset(form for form in forms if len(form) > short)


def _hex(content: bytes) -> bytes:
    return content.hex().encode()


def _swapped(content: bytes) -> bytes:
    """The bytes of each 16-bit word exchanged (DICOM's OW in the other order)."""
    made = bytearray(content)
    made[0::2], made[1::2] = content[1::2], content[0::2]
    return bytes(made)


def _base64(content: bytes) -> Iterator[bytes]:
    """Without the letters at either end, which depend on what stands beside."""
    for offset in range(3):
        coded = base64.b64encode(bytes(offset) + content)
        whole = (8 * (offset + len(content))) // 6
        inside = coded[-(-8 * offset // 6) : whole]
        yield inside
        yield inside.replace(b"+", b"-").replace(b"/", b"_")


def layers(path: Path) -> Iterator[bytes]:
    """A file's name, its bytes, and what is packed in it."""
    content = path.read_bytes()
    yield path.name.encode() + b"\n" + content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(member) for member in packed.infolist())


def found_below(folder: Path, canaries: Canaries) -> dict[str, set[str]]:
    """What is found in the files of a folder and in the names of its folders, by path. Empty when nothing is."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        parts = layers(path) if path.is_file() else [path.name.encode()]
        places = set().union(*(canaries.found_in(part) for part in parts))
        if places:
            found[str(path.relative_to(folder))] = places
    return found
