"""The digest of a DICOM record: the same for every file that holds the same data set.

The canonical form is the data set alone, without preamble and file meta information, in Explicit VR Little Endian
(PS3.5, A.2), with its freedoms taken away:

- data elements in the order of their tags, in items too;
- group lengths (gggg,0000) and Data Set Trailing Padding (FFFC,FFFC) left out: they say nothing (PS3.5, 7.2 and 10.1);
- sequences and items with explicit lengths, never delimiters;
- values padded to even length as PS3.5, 6.2 says, text in the data set's own character set, decimal strings as spelled;
- Pixel Data (7FE0,0010): native pixels as OW, encapsulated ones as OB with their fragments as stored. Pixels count as
  they are stored: a file that was compressed or decompressed is another record.
- words of other byte orders (OW, OL, OF, OD, OV of Explicit VR Big Endian) turned to little endian.

A pseudonym in (0010,0020) counts like any other element. The digest may tell of it, and so stays in the
hospital: a leaf is an HMAC over the digest, with a key and a nonce (`manifest`).

So the digest survives being read and written again, and a change of transfer syntax between the uncompressed ones. One
limit: Implicit VR does not say the VR of a private element, so a private element that went through it is another one.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from typing import Any

from ledger_node.edge.stored import PIXEL_DATA, as_stored

TRAILING_PADDING = 0xFFFCFFFC
_UNDEFINED = 0xFFFFFFFF
_WORDS = {"OW": "H", "OL": "I", "OF": "I", "OD": "Q", "OV": "Q"}


def record_digest(dataset: Any) -> bytes:
    """SHA-256 over the canonical form of a pydicom Dataset (32 bytes), whose open VRs are settled (`inspection.read`).

    Raises whatever pydicom raises for values that it cannot read.
    """
    from pydicom import config

    swap = dataset.original_encoding[1] is False
    with config.disable_value_validation():
        word = {32: "I", 64: "Q"}.get(dataset.get("BitsAllocated", 16), "H") if swap else "H"
        digest = hashlib.sha256()
        for part in _parts(dataset, None, swap, word):  # one at a time, so that pixels are held once
            digest.update(part)
    return digest.digest()


def _parts(dataset: Any, charset: Any, swap: bool, word: str = "H") -> Iterator[bytes]:
    own = charset_of(dataset, charset)
    for tag in sorted(dataset.keys(), key=int):
        number = int(tag)  # comparing tags themselves is slow
        if number & 0xFFFF == 0 or number == TRAILING_PADDING:
            continue
        if stored := as_stored(dataset.get_item(tag, keep_deferred=True), own):
            yield from stored
        else:
            yield _element(dataset[tag], own, swap, word)


def charset_of(dataset: Any, inherited: Any) -> Any:
    """Specific Character Set (0008,0005), that of the data set around it, or the default."""
    return dataset.get("SpecificCharacterSet", inherited) or "iso8859"


def _element(element: Any, charset: Any, swap: bool, word: str = "H") -> bytes:
    from pydicom.dataelem import DataElement
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_data_element

    if element.VR == "SQ":
        items = b"".join(_item(b"".join(_parts(item, charset, swap))) for item in element.value)
        return _tag(element.tag) + b"SQ\0\0" + _length(len(items)) + items
    if element.tag == PIXEL_DATA:
        vr = "OB" if element.is_undefined_length else "OW"
        value = _little(element.value, word) if swap and element.VR == "OW" else element.value
        element = DataElement(element.tag, vr, value, is_undefined_length=element.is_undefined_length)
    elif swap and element.VR in _WORDS and element.value:
        element = DataElement(element.tag, element.VR, _little(element.value, _WORDS[element.VR]))
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    write_data_element(buffer, element, charset)
    content: bytes = buffer.getvalue()
    return content


def _item(content: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + _length(len(content)) + content


def _tag(tag: Any) -> bytes:
    return int(tag.group).to_bytes(2, "little") + int(tag.element).to_bytes(2, "little")


def _length(length: int) -> bytes:
    return length.to_bytes(4, "little")


def _little(value: bytes, words: str) -> bytes:
    swapped = array(words, value)
    swapped.byteswap()
    return swapped.tobytes()
