"""Ways to break a DICOM file. Each takes the file, its places and a seeded source of chance, and gives other bytes."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom import config, dcmread
from pydicom import uid as uids

CANARY = "QZXCANARYQZX-Jane-Doe-1970"
LENGTHS = (0, 1, 3, 0xFF, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
VRS = (
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV ZZ".split()
)
SYNTAXES = (*sorted(str(one) for one in uids.AllTransferSyntaxes), "1.2.3.4.5", "", "nonsense")
CHARSETS = (
    b"ISO_IR 192",
    b"ISO 2022 IR 87",
    b"\\ISO 2022 IR 149",
    b"GB18030",
    b"NO_SUCH_SET",
    b"\xff\xfe",
    b"",
    b"\\" * 64,
)
DEPTHS = (2, 20, 200, 900, 2_000, 20_000)
NUMBERS = {  # (group, element): what a decoder multiplies
    b"\x28\x00\x10\x00": b"\xff\xff",
    b"\x28\x00\x11\x00": b"\xff\xff",
    b"\x28\x00\x02\x00": b"\xff\xff",
    b"\x28\x00\x00\x01": b"\x40\x00",
}


@dataclass(frozen=True, slots=True)
class Base:
    """A file to start from; `places` are where its elements' values begin, in items too; `data` where its data set
    does."""

    name: str
    content: bytes
    places: tuple[int, ...]
    data: int


Mutation = Callable[[Base, random.Random], bytes]


def base_of(name: str, content: bytes) -> Base:
    """What pydicom finds in a file before anybody breaks it; a file that it cannot read has no places."""
    places: set[int] = set()
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(io.BytesIO(content), force=True)
            places.update(_places(dataset))
            places.update(_places(dataset.file_meta))
        except Exception:  # README.txt is among the files, and DICOM that is broken already
            places.clear()
    whole = tuple(sorted(place for place in places if 0 < place < len(content)))
    return Base(name, content, whole, _data(content))


def truncated(base: Base, chance: random.Random) -> bytes:
    """Ends at, before or after a place of interest, or anywhere."""
    if base.places and chance.random() < 0.7:
        return base.content[: max(0, chance.choice(base.places) + chance.randint(-9, 9))]
    return base.content[: chance.randrange(len(base.content) + 1)]


def flipped(base: Base, chance: random.Random) -> bytes:
    """A few bytes anywhere are others, most of them among the elements before the pixels."""
    content = bytearray(base.content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        near = min(len(content), chance.choice((400, 2_000, len(content))))
        if near:
            content[chance.randrange(near)] = chance.randrange(256)
    return bytes(content)


def lengthened(base: Base, chance: random.Random) -> bytes:
    """A length says something else: a two-byte or a four-byte field before a value."""
    if not base.places:
        return flipped(base, chance)
    content, place, width = bytearray(base.content), chance.choice(base.places), chance.choice((2, 4))
    value = chance.choice((*LENGTHS, len(content) - place + 1, len(content)))
    content[max(0, place - width) : place] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(content)


def retyped(base: Base, chance: random.Random) -> bytes:
    """A value representation is another one."""
    if not base.places:
        return flipped(base, chance)
    content, place = bytearray(base.content), chance.choice(base.places)
    at = max(0, place - chance.choice((4, 8)))
    content[at : at + 2] = chance.choice(VRS)
    return bytes(content)


def translated(base: Base, chance: random.Random) -> bytes:
    """The transfer syntax is another one, and the data set is not."""
    return _meta(chance.choice(SYNTAXES)) + base.content[base.data :]


def nested(base: Base, chance: random.Random) -> bytes:
    """Sequences in sequences, of undefined length, closed or not."""
    depth = chance.choice(DEPTHS)
    tag = chance.choice((b"\x40\x00\x75\x02", b"\x18\x00\x11\x60", b"\x11\x00\x01\x10", b"\x12\x00\x64\x00"))
    opened = tag + chance.choice((b"SQ\0\0", b"UN\0\0", b"")) + b"\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    inner = opened * depth + closed * chance.choice((depth, depth - 1, 0))
    return _inserted(base, chance, inner)


def repeated(base: Base, chance: random.Random) -> bytes:
    """A piece of the file comes again somewhere."""
    start = chance.choice(base.places or (0,))
    piece = base.content[start : start + chance.choice((2, 8, 100, 5_000))]
    return _inserted(base, chance, piece * chance.choice((1, 1, 3, 50)))


def spoken(base: Base, chance: random.Random) -> bytes:
    """Private elements, comments and names with a canary, wherever they come to stand."""
    text = CANARY.encode() * chance.choice((1, 1, 40))
    text += b" " * (len(text) % 2)
    tag = chance.choice((b"\x11\x00\x10\x00", b"\x11\x00\x01\x10", b"\x10\x00\x10\x00", b"\x10\x00\x00\x40"))
    vr = chance.choice((b"LO", b"PN", b"LT", b"US", b"FD", b"UI", b"DA"))
    long = chance.choice((b"UN\0\0", b"OB\0\0", b"UT\0\0"))
    explicit = tag + vr + len(text).to_bytes(2, "little") + text
    return _inserted(
        base,
        chance,
        chance.choice((explicit, tag + long + _word(len(text)) + text, tag + _word(len(text)) + text)),
    )


def misread(base: Base, chance: random.Random) -> bytes:
    """(0008,0005) names another character set, and a name is not in it."""
    charset = chance.choice(CHARSETS)
    charset += b" " * (len(charset) % 2)
    name = CANARY.encode() + chance.choice((b"\xff\xfe\x80", b"\x1b$B\x21", b"\x1b$)C", b"\xc3\x28", b"="))
    name += b" " * (len(name) % 2)
    elements = b"\x08\x00\x05\x00CS" + len(charset).to_bytes(2, "little") + charset
    elements += b"\x10\x00\x10\x00PN" + len(name).to_bytes(2, "little") + name
    return base.content[: base.data] + elements + base.content[base.data :]


def enlarged(base: Base, chance: random.Random) -> bytes:
    """An image that says it is huge."""
    content = bytearray(base.content)
    for tag, value in NUMBERS.items():
        at = content.find(tag, base.data)
        if at >= 0 and chance.random() < 0.7:
            content[at + 8 : at + 10] = value
    return bytes(content)


def spliced(base: Base, chance: random.Random, other: Base) -> bytes:
    """The beginning of one file and the end of another."""
    first, second = chance.choice(base.places or (0,)), chance.choice(other.places or (0,))
    return base.content[:first] + other.content[second:]


MUTATIONS: tuple[Mutation, ...] = (
    truncated,
    flipped,
    lengthened,
    retyped,
    translated,
    nested,
    repeated,
    spoken,
    misread,
)


def mutant(bases: Sequence[Base], base: Base, chance: random.Random) -> tuple[str, bytes]:
    """One broken file and what was done to it; one in four is broken twice."""
    rare = chance.random()
    if rare < 0.05:
        return "spliced", spliced(base, chance, chance.choice(bases))
    if rare < 0.055:
        return "enlarged", enlarged(base, chance)  # breaks the child, which then takes a while to start
    how = chance.choice(MUTATIONS)
    content, kind = how(base, chance), how.__name__
    if chance.random() < 0.25:
        more = chance.choice(MUTATIONS)
        once = Base(base.name, content, tuple(at for at in base.places if at < len(content)), base.data)
        content, kind = more(once, chance), f"{kind}+{more.__name__}"
    return kind, content


def _inserted(base: Base, chance: random.Random, piece: bytes) -> bytes:
    """Before an element, at the start of the data set, at the end, or in the middle of anything."""
    starts = [place - chance.choice((8, 12)) for place in base.places[-40:]]
    at = chance.choice((base.data, len(base.content), *starts, chance.randrange(len(base.content) + 1)))
    return base.content[: max(0, at)] + piece + base.content[max(0, at) :]


def _meta(syntax: str) -> bytes:
    """A preamble and file meta information (PS3.10, 7.1) that name a transfer syntax."""
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    element = b"\x02\x00\x10\x00UI" + len(value).to_bytes(2, "little") + value
    return bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + _word(len(element)) + element


def _data(content: bytes) -> int:
    """Where the data set begins: after the group length's word."""
    if content[128:132] != b"DICM" or content[132:140] != b"\x02\x00\x00\x00UL\x04\x00":
        return min(len(content), 132)
    return min(len(content), 144 + int.from_bytes(content[140:144], "little"))


def _places(dataset: Any) -> Iterator[int]:
    for tag in dataset.keys():  # noqa: SIM118 - iterating a data set would convert its values
        element = dataset.get_item(tag)
        yield int(getattr(element, "value_tell", None) or getattr(element, "file_tell", None) or 0)
        if element.VR == "SQ" and not isinstance(element.value, bytes):
            for item in element.value or ():
                yield from _places(item)


def _word(number: int) -> bytes:
    return number.to_bytes(4, "little")
